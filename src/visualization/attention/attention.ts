import { InputError } from '../../foundation';

/** The attention weights of an encoder for one text. */
export interface Attention {
  /** All tokens of the input, special ones too. */
  tokens: readonly string[];
  /** Of each layer, each head: [tokens × tokens], row by row; the row of a token sums to 1, a column is what is attended to. */
  layers: readonly (readonly Float32Array[])[];
}

/** What every view of attention says (S. Jain, B. C. Wallace, Attention is not explanation, NAACL 2019). */
export const CAUTION =
  'Attention is not an explanation: it shows which tokens a head mixes, not what the prediction depends on.';

/** More tokens would fill neither a screen nor a page. */
const MOST_TOKENS = 256;
const TOLERANCE = 1e-3;

/** Throws an `InputError` unless all weights have their place and each row sums to 1. */
export function checkAttention({ tokens, layers }: Attention): void {
  if (tokens.length === 0 || layers.length === 0 || layers[0].length === 0)
    throw new InputError(
      'attention cannot be drawn without tokens, layers and heads; give at least one of each',
    );
  if (tokens.length > MOST_TOKENS)
    throw new InputError(
      `attention over ${tokens.length} tokens cannot be read; cut the text to at most ${MOST_TOKENS} tokens`,
    );
  for (const [layer, heads] of layers.entries())
    for (const [head, weights] of heads.entries()) {
      const place = `layer ${layer + 1}, head ${head + 1}`;
      if (weights.length !== tokens.length ** 2)
        throw new InputError(
          `${place}: ${weights.length} weights are not ${tokens.length} × ${tokens.length}; give one for each pair of tokens`,
        );
      for (let row = 0; row < tokens.length; row++) {
        const own = weights.subarray(row * tokens.length, (row + 1) * tokens.length);
        const sum = own.reduce((total, weight) => total + weight, 0);
        if (own.some((weight) => !(weight >= 0)))
          throw new InputError(
            `${place}: token ${row + 1} has a weight of ${Math.min(...own)}; give weights after the softmax`,
          );
        if (Math.abs(sum - 1) > TOLERANCE)
          throw new InputError(
            `${place}: the weights of token ${row + 1} sum to ${sum.toPrecision(4)}, not to 1; give them after the softmax and without padding`,
          );
      }
    }
}
