import { createRandom, InputError, type Sentence } from '../../../foundation';
import { download, free, TokenClassifier } from '../../../nn';
import { type LossName, prepareExamples, taggingObjective } from '../../../tasks';
import { Tokenizer } from '../../../tokenization';
import { DEFAULT_TRAINING, lossAndGradients } from '../../../training';

export interface MovementOptions {
  /** Number of batches whose gradients are summed, and windows per batch. */
  steps: number;
  batchSize: number;
  seed: number;
  loss: LossName;
}

/**
 * Movement scores of one matrix: S = -Σ W ∂L/∂W over some batches (Sanh, Wolf & Rush 2020, arXiv:2005.07683, equation 3 without the
 * learning rate), positive for a weight that moves away from zero. The weights are fixed, so the scores are those of the first step;
 * `sparsify` learns scores while the model trains.
 *
 * @param name of the matrix in the weights @returns weights and scores in the same order // [outputs * inputs]
 */
export async function measureMovement(
  folder: string,
  sentences: readonly Sentence[],
  name: string,
  { steps, batchSize, seed, loss }: MovementOptions,
): Promise<{ weights: Float32Array; scores: Float32Array }> {
  const model = TokenClassifier.load(folder);
  try {
    const weights = model.parameters.snapshot().get(name)?.data;
    if (!weights) throw new InputError(`${folder}: has no matrix ${name}; choose one of its weights`);
    const drawn = createRandom(seed)
      .shuffle(sentences)
      .slice(0, steps * batchSize);
    const { examples } = await prepareExamples(drawn, new Tokenizer(folder), model.configuration);
    if (examples.length === 0)
      throw new InputError('there are no sentences to compute movement scores from; give some');
    const task = taggingObjective(model, { ...DEFAULT_TRAINING, loss });
    const scores = new Float32Array(weights.length);
    for (let step = 0; step * batchSize < examples.length && step < steps; step++) {
      const batch = examples.slice(step * batchSize, (step + 1) * batchSize);
      const { gradients } = lossAndGradients(task, { examples: batch, share: 1, draw: step, step }, seed);
      const slope = download(gradients.get(name)!);
      free(...gradients.values());
      for (let index = 0; index < scores.length; index++) scores[index] -= weights[index] * slope[index];
      // Yields to progress display and interrupts.
      await new Promise(setImmediate);
    }
    return { weights, scores };
  } finally {
    model.dispose();
  }
}
