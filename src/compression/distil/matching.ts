import { InputError } from '../../foundation';
import { type EncoderConfiguration, headsOfLayer } from '../../nn';
import type { LayerPair } from './objective';
import type { DistillationOptions } from './options';

/**
 * Which layers' insides are compared: the last of both, or each of the student's with the teacher's at the same share of the depth
 * (TinyBERT's mapping: of three and six, 1, 3 and 5). None where insides count nothing.
 */
export function pairLayers(
  student: EncoderConfiguration,
  teacher: EncoderConfiguration,
  { hiddenWeight, relationWeight, matching }: DistillationOptions,
): LayerPair[] {
  if (hiddenWeight + relationWeight === 0) return [];
  const pairs = Array.from({ length: student.layers }, (_, layer) => ({
    student: layer,
    teacher: Math.round(((layer + 1) * teacher.layers) / student.layers) - 1,
  }));
  return matching === 'all' ? pairs : pairs.slice(-1);
}

/**
 * Into how many heads queries, keys and values are cut to be related.
 *
 * @throws InputError where so many do not divide the attention widths of both
 */
export function chooseRelationHeads(
  student: EncoderConfiguration,
  teacher: EncoderConfiguration,
  { relationHeads, relationWeight }: DistillationOptions,
  place: string,
): number {
  const heads = relationHeads ?? teacher.attentionHeads;
  const odd = [teacher, student].flatMap(attentionWidths).find((width) => width % heads !== 0);
  if (relationWeight > 0 && odd !== undefined)
    throw new InputError(
      `${place}: ${heads} relation heads do not divide an attention width of ${odd} in teacher or student; give "relationHeads" that divide every layer's`,
    );
  return heads;
}

/** Of each layer: the hidden size, less where it has lost heads. */
const attentionWidths = (encoder: EncoderConfiguration): number[] =>
  Array.from(
    { length: encoder.layers },
    (_, layer) => (headsOfLayer(encoder, layer) * encoder.hiddenSize) / encoder.attentionHeads,
  );
