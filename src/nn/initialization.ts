import { createRandom } from '../foundation';
import {
  definitionOf,
  type EncoderConfiguration,
  encoderParameterShapes,
  type Head,
  headParameterShapes,
} from './networks';
import { sizeOf, type Tensor } from './stored-tensor';
import { openWeights, readTensors } from './weights';

/** Standard deviation of new weights, as in BERT. */
const DEVIATION = 0.02;

/** Initializes parameters like BERT: weights from a normal distribution, biases 0, LayerNorm gains 1. */
export function freshTensors(shapes: ReadonlyMap<string, number[]>, seed: number): Map<string, Tensor> {
  const random = createRandom(seed);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const size = sizeOf(shape);
    const data = new Float32Array(size);
    if (isGain(name)) data.fill(1);
    else if (shape.length > 1)
      for (let index = 0; index < size; index++) data[index] = DEVIATION * normal(random.next);
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/**
 * Returns the weights of a folder's encoder, and those of a new head, initialized from the seed. A part of the head that was pretrained
 * with the encoder, BERT's pooler, is kept where the folder has it, as in Python.
 */
export function encoderWithNewHead(
  folder: string,
  encoder: EncoderConfiguration,
  head: Head,
  seed: number,
): Map<string, Tensor> {
  const tensors = readTensors(folder, encoderParameterShapes(encoder));
  const headShapes = headParameterShapes(encoder, head);
  const { prefix } = definitionOf(encoder);
  const weights = openWeights(folder);
  const pretrained = new Map(
    [...headShapes].filter(
      ([name, shape]) => name.startsWith(`${prefix}.`) && String(weights.shapeOf(name)) === String(shape),
    ),
  );
  return new Map([
    ...tensors,
    ...freshTensors(headShapes, seed),
    ...(pretrained.size > 0 ? readTensors(folder, pretrained) : []),
  ]);
}

/** Returns whether a parameter belongs to a layer norm, whatever its name in the architecture. */
export const isNorm = (name: string): boolean => /LayerNorm|layer_norm/.test(name);

const isGain = (name: string) => isNorm(name) && name.endsWith('.weight');

/** Samples the normal distribution (Box and Muller 1958). */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
