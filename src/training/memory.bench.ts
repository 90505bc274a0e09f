/**
 * `npm run bench -- memory [--json]`: whether memory stays constant over 2,000 training steps: tensors in TensorFlow's memory, and
 * that of the process, from step 200 on (before that, caches fill). A small network (2 layers of 32) on windows of 40 lengths, with
 * dropout and averaged weights.
 */
import { createRandom } from '../foundation';
import { livingTensors, Model, padBatch, type Tape, type Weights } from '../nn';
import type { Example, Objective } from '../tasks';
import { createLoss, lossOnTape, padTargets } from '../tasks';
import { DEFAULT_TRAINING } from './configuration';
import { Learner } from './learner';
import { takeStep } from './step';

const STEPS = 2000;
const WARM = 200;
const OUTPUTS = 8;

const encoder = {
  type: 'bert',
  vocabularySize: 1000,
  embeddingSize: 32,
  hiddenSize: 32,
  layers: 2,
  attentionHeads: 2,
  intermediateSize: 64,
  maximumPositions: 64,
  tokenTypes: 2,
  paddingId: 0,
  layerNormEpsilon: 1e-12,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
  sequenceDropout: 0.1,
} as const;

const labels = Array.from({ length: OUTPUTS }, (_, index) => `label ${index}`);
const model = Model.fresh(encoder, { kind: 'tokens', labels }, 1);
const TAG_SET = { scheme: 'token', labels } as const;
const lossOf = createLoss(DEFAULT_TRAINING, TAG_SET);
const task: Objective<Example> = {
  parameters: model.parameters,
  layers: encoder.layers,
  description: 'memory',
  weight: (examples) => examples.reduce((sum, { known }) => sum + known.length, 0),
  loss: (tape: Tape, weights: Weights, examples: readonly Example[]) => {
    const logits = model.logits(tape, weights, padBatch(examples));
    return lossOnTape(tape, logits, () => lossOf(logits, padTargets(examples, TAG_SET)));
  },
  save: () => {},
  reload: () => {},
};
const options = { ...DEFAULT_TRAINING, averaging: 0.999 };
const learner = new Learner(task, options);
const random = createRandom(1);
const windowOf = (length: number): Example => ({
  inputIds: Int32Array.from({ length }, () => random.below(1000)),
  labels: Uint8Array.from({ length: length * OUTPUTS }, () => random.below(2)),
  known: new Uint8Array(length * OUTPUTS).fill(1),
});

const rows: { step: number; tensors: number; megabytes: number }[] = [];
for (let step = 1; step <= STEPS; step++) {
  const length = 10 + random.below(40);
  const examples = Array.from({ length: 16 }, () => windowOf(length));
  takeStep(learner, [examples], options, {
    step,
    where: 'the only epoch',
    learningRate: 1e-3,
    precision: 'float32',
  });
  if (step % WARM === 0) {
    rows.push({ step, tensors: livingTensors(), megabytes: process.memoryUsage().rss / 1e6 });
  }
}
const [first] = rows;
const report = {
  steps: STEPS,
  tensors: [...new Set(rows.map(({ tensors }) => tensors))],
  megabytes: rows.map(({ megabytes }) => Math.round(megabytes)),
  growth: Number((rows.at(-1)!.megabytes / first.megabytes - 1).toFixed(4)),
};
if (process.argv.includes('--json')) console.log(JSON.stringify(report));
else {
  console.table(rows);
  console.log(`the process grew by ${(report.growth * 100).toFixed(1)}% from step ${first.step} to ${STEPS}`);
}
