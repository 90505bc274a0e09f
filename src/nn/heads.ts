import { ARCHITECTURES } from './architectures';
import type { Batch } from './batch';
import type { DeviceTensor } from './device';
import { applyLinear, type Weights } from './encoder';
import type { EncoderConfiguration } from './encoder-configuration';
import { dropout, gatherRows, gelu, layerNorm, linear, relu, tanh } from './operations';
import type { Tape } from './tape';

/** The computation applied to the hidden states. */
export type Head =
  /** Classes of each token // logits [batch * length, labels] */
  | { kind: 'tokens'; labels: readonly string[] }
  /** Classes of the sentence, from its first token // logits [batch, labels] */
  | { kind: 'sequence'; labels: readonly string[] }
  /** The word at each token // logits [batch * length, vocabulary] */
  | { kind: 'vocabulary' };

/** Whether labels are mutually exclusive (softmax), or several may apply (a sigmoid each). */
export type LabelOutcome = 'one' | 'several';

const ACTIVATIONS = { tanh, relu, gelu };

/** hidden [batch * length, hidden] -> logits shaped as in `Head` */
export function applyHead(
  tape: Tape,
  weights: Weights,
  configuration: EncoderConfiguration,
  head: Head,
  hidden: DeviceTensor,
  batch: Batch,
): DeviceTensor {
  switch (head.kind) {
    case 'tokens':
      return classifyTokens(tape, weights, configuration, hidden);
    case 'sequence':
      return classifySequence(tape, weights, configuration, hidden, batch);
    case 'vocabulary':
      return predictWords(tape, weights, configuration, hidden);
  }
}

function classifyTokens(
  tape: Tape,
  weights: Weights,
  configuration: EncoderConfiguration,
  hidden: DeviceTensor,
): DeviceTensor {
  const share = configuration[ARCHITECTURES[configuration.type].tokenHeadDropout];
  return applyLinear(tape, weights, 'classifier', dropout(tape, hidden, share));
}

function classifySequence(
  tape: Tape,
  weights: Weights,
  { type, sequenceDropout }: EncoderConfiguration,
  hidden: DeviceTensor,
  { size, length }: Batch,
): DeviceTensor {
  const { transform, activation, output, dropoutFirst } = ARCHITECTURES[type].sequenceHead;
  const firstTokens = Int32Array.from({ length: size }, (_, row) => row * length);
  const first = gatherRows(tape, hidden, firstTokens); // [batch, hidden]
  const input = dropoutFirst ? dropout(tape, first, sequenceDropout) : first;
  const pooled = ACTIVATIONS[activation](tape, applyLinear(tape, weights, transform, input));
  return applyLinear(tape, weights, output, dropout(tape, pooled, sequenceDropout));
}

/** Masked language model (Devlin et al. 2019): scores words with the embedding table. */
function predictWords(
  tape: Tape,
  weights: Weights,
  { type, layerNormEpsilon }: EncoderConfiguration,
  hidden: DeviceTensor,
): DeviceTensor {
  const { prefix, vocabularyHead } = ARCHITECTURES[type];
  const { transform, norm, bias } = vocabularyHead;
  const get = (name: string) => weights.get(name)!;
  const transformed = layerNorm(
    tape,
    gelu(tape, applyLinear(tape, weights, transform, hidden)),
    get(`${norm}.weight`),
    get(`${norm}.bias`),
    layerNormEpsilon,
  );
  return linear(tape, transformed, get(`${prefix}.embeddings.word_embeddings.weight`), get(bias));
}
