import { InputError } from '../../foundation';
import { type EncoderConfiguration, headsOfLayer } from '../../nn';
import type { LayerPair } from './layers';
import type { DistillationOptions } from './options';

/**
 * Pairs of layers whose hidden states and relations are compared: the last of both, or each of the student's with the teacher's at
 * the same relative depth (TinyBERT's mapping: for 3 and 6 layers, 1, 3 and 5; a deeper student's first layers share the
 * teacher's first). None if both have weight 0.
 */
export function pairLayers(
  student: EncoderConfiguration,
  teacher: EncoderConfiguration,
  { hiddenWeight, relationWeight, matching }: DistillationOptions,
): LayerPair[] {
  if (hiddenWeight + relationWeight === 0) return [];
  const pairs = Array.from({ length: student.layers }, (_, layer) => ({
    student: layer,
    teacher: Math.max(1, Math.round(((layer + 1) * teacher.layers) / student.layers)) - 1,
  }));
  return matching === 'all' ? pairs : pairs.slice(-1);
}

/**
 * Returns the number of heads into which queries, keys and values are split for their relations.
 *
 * @throws InputError if it does not divide the attention widths of both
 */
export function chooseRelationHeads(
  student: EncoderConfiguration,
  teacher: EncoderConfiguration,
  { relationHeads, relationWeight }: Pick<DistillationOptions, 'relationHeads' | 'relationWeight'>,
  place: string,
): number {
  const heads = relationHeads ?? teacher.attentionHeads;
  const odd = [teacher, student].flatMap(attentionWidths).find((width) => width % heads !== 0);
  if (relationWeight > 0 && odd !== undefined)
    throw new InputError(
      `${place}: ${heads} relation heads do not divide an attention width of ${odd} in teacher or student; set "relationHeads" to a divisor of every layer's width`,
    );
  return heads;
}

/** The attention width of each layer: the hidden size, less if heads were pruned. */
const attentionWidths = (encoder: EncoderConfiguration): number[] =>
  Array.from(
    { length: encoder.layers },
    (_, layer) => (headsOfLayer(encoder, layer) * encoder.hiddenSize) / encoder.attentionHeads,
  );
