/** Test helper: a short training run of a tiny tagger. */
import type { TestContext } from 'node:test';
import { createRandom } from '../foundation';
import { TokenClassifier } from '../nn';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import type { Example } from '../tasks';
import { DEFAULT_TRAINING, type TrainingConfiguration } from './configuration';

/** Five steps per epoch. */
export const learnableOptions: Omit<TrainingConfiguration, 'train' | 'dev'> = {
  ...DEFAULT_TRAINING,
  epochs: 3,
  batchSize: 4,
  learningRate: 5e-3,
  seed: 7,
};

/** Windows in which token 20 is a Cell and no other token has a label: a learnable rule. */
export function learnableExamples(): Example[] {
  const random = createRandom(3);
  return Array.from({ length: 18 }, (_, row) => {
    const length = 4 + (row % 5);
    const inputIds = Int32Array.from({ length }, () => 10 + random.below(12));
    const labels = new Uint8Array(length * 8);
    inputIds.forEach((id, token) => {
      if (id === 20) labels[token * 8 + 2] = 1;
    });
    return { inputIds, labels, known: new Uint8Array(length * 8).fill(1) };
  });
}

/** Dropout on, so that resuming must also reproduce random numbers. */
export function modelWithDropout(context: TestContext): TokenClassifier {
  const model = TokenClassifier.load(copyTinyBert(context));
  Object.assign(model.configuration.encoder, { hiddenDropout: 0.2, attentionDropout: 0.2 });
  return model;
}
