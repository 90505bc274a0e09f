// Own labels: trains a tagger on sentences with marked mentions, evaluates it on others, and annotates a sentence.
// A line of a file is {"text": "Peel the apples.", "spans": [{"start": 9, "end": 15, "label": "ingredient"}]}.
//
// node examples/own_labels.mjs [folder with train.jsonl, dev.jsonl and test.jsonl] [folder for the model]
import { join } from 'node:path';
import { fineTune, loadAnnotator, readSentences } from 'falconframes';
import { openModel } from 'falconframes/inference';
import { evaluate } from 'falconframes/tasks';
import { Tokenizer } from 'falconframes/tokenization';

const [data = join(import.meta.dirname, 'data', 'cooking'), out = 'runs/own_labels'] = process.argv.slice(2);
const [train, dev, test] = ['train', 'dev', 'test'].map((part) => join(data, `${part}.jsonl`));

const settings = { epochs: 6, batchSize: 8, learningRate: 3e-4 };
const { folder, labels, bestEpoch } = await fineTune({ train: [train], dev: [dev], out, ...settings });
console.log(`${folder}: ${labels.join(', ')}; the best epoch was ${bestEpoch}`);

const model = await openModel(folder);
const { spans } = await evaluate(
  readSentences(test),
  new Tokenizer(folder),
  model.score,
  model.configuration,
);
for (const label of labels) console.log(`${label}: F1 ${spans[label].f1?.toFixed(2)} on the test sentences`);
await model.dispose();

const annotator = await loadAnnotator(folder);
console.log(await annotator.annotate('Fry the halloumi in butter for five minutes, then rinse the skillet.'));
await annotator.dispose();
