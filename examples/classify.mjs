// Classification: trains on texts with one label each, evaluates on others, and labels a text.
// A line of a file is {"text": "I left my hat on the train.", "label": "lost property"}.
//
// node examples/classify.mjs [folder with train.jsonl, dev.jsonl and test.jsonl] [folder for the model]
import { join } from 'node:path';
import { fineTune, loadClassifier, readLabelledTexts } from 'falconframes';
import { openTextModel } from 'falconframes/inference';
import { evaluateTexts } from 'falconframes/tasks';
import { Tokenizer } from 'falconframes/tokenization';

const [data = join(import.meta.dirname, 'data', 'messages'), out = 'runs/classify'] = process.argv.slice(2);
const [train, dev, test] = ['train', 'dev', 'test'].map((part) => join(data, `${part}.jsonl`));

const settings = { epochs: 6, batchSize: 8, learningRate: 5e-4 };
const { folder, labels } = await fineTune({ train: [train], dev: [dev], out, ...settings });
console.log(`${folder}: ${labels.join(', ')}`);

const { score, configuration, dispose } = await openTextModel(folder);
const report = await evaluateTexts(readLabelledTexts(test), new Tokenizer(folder), score, configuration);
console.log(
  `accuracy ${report.accuracy}, macro F1 ${report.macroF1.toFixed(2)} on ${report.texts} test texts`,
);
await dispose();

const classifier = await loadClassifier(folder);
console.log(await classifier.classify('Somebody must have picked up my camera from the seat.'));
await classifier.dispose();
