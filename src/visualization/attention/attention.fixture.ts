import { createRandom } from '../../foundation';
import type { Attention } from './attention';

/** Attention with random weights, a softmax of each row. */
export function randomAttention(tokens: readonly string[], layers: number, heads: number): Attention {
  const random = createRandom(7);
  const row = () => {
    const scores = tokens.map(() => Math.exp(4 * random.next()));
    const sum = scores.reduce((total, score) => total + score, 0);
    return scores.map((score) => score / sum);
  };
  return {
    tokens,
    layers: Array.from({ length: layers }, () =>
      Array.from({ length: heads }, () => Float32Array.from(tokens.flatMap(row))),
    ),
  };
}
