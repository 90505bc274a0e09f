// Compression: a student of half its teacher's layers learns from it, and becomes a fused ONNX file with 8-bit integers.
// The teacher is the model of own_labels.mjs; it is trained here where it is missing.
//
// node examples/distil_and_quantize.mjs [folder of the teacher] [folder for the student]
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { distil, exportToOnnx, fineTune, fuseFolder, loadAnnotator, quantizeFolder } from 'falconframes';
import { completeDistillation } from 'falconframes/compression';
import { completeConfiguration } from 'falconframes/training';

const [teacher = 'runs/own_labels', folder = 'runs/student'] = process.argv.slice(2);
const [train, dev] = ['train', 'dev'].map((part) => [
  join(import.meta.dirname, `data/cooking/${part}.jsonl`),
]);
const settings = { train, dev, epochs: 6, batchSize: 8, learningRate: 3e-4 };
if (!existsSync(teacher)) await fineTune({ ...settings, out: teacher });

const distillation = completeDistillation({ layers: 3 }, 'the distillation');
const configuration = { ...completeConfiguration(settings, 'the training'), distillation };
const { bestScore } = await distil({ teacher, configuration, place: 'the training', folder });
console.log(`the student of 3 layers has a mean F1 of ${bestScore.toFixed(2)} on the dev sentences`);
const megabytes = (path) => `${path}: ${(statSync(path).size / 1e6).toFixed(1)} MB`;
console.log(megabytes(exportToOnnx(teacher)));
console.log(megabytes(exportToOnnx(folder)));
fuseFolder(folder);
console.log(megabytes(quantizeFolder(folder)));

const annotator = await loadAnnotator(folder); // takes the 8-bit file
console.log(await annotator.annotate('Fry the halloumi in butter for five minutes, then rinse the skillet.'));
await annotator.dispose();
