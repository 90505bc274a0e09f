// A training run that kills itself: node killed-run.fixture.js FILE ROWS
import { readFileSync } from 'node:fs';
import { ENTITY_CLASSES, type EntityClass } from '../foundation';
import { TokenClassifier } from '../nn';
import type { Example } from './examples';
import { taggingTask } from './tagging-task';
import { train } from './trainer';

const [file, rows] = process.argv.slice(2);
const { source, settings, folder, examples, replicas } = JSON.parse(readFileSync(file, 'utf8'));
const model = TokenClassifier.load(source);
Object.assign(model.configuration.encoder, { hiddenDropout: 0.2, attentionDropout: 0.2 });
const noF1 = Object.fromEntries(ENTITY_CLASSES.map((label) => [label, null])) as Record<EntityClass, null>;
let heard = 0;
void train({
  task: taggingTask(model, settings),
  examples: (examples as [number[], number[], number[]][]).map(
    ([inputIds, labels, known]): Example => ({
      inputIds: Int32Array.from(inputIds),
      labels: Uint8Array.from(labels),
      known: Uint8Array.from(known),
    }),
  ),
  options: settings,
  folder,
  evaluate: async () => ({ loss: 0, f1: noF1, score: -0.5 }),
  resume: true,
  replicas,
  onRow: () => {
    if (++heard === Number(rows)) process.kill(process.pid, 'SIGKILL');
  },
});
