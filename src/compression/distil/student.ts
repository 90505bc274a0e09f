import { InputError } from '../../foundation';
import {
  definitionOf,
  type EncoderConfiguration,
  freshTensors,
  type LabelNetwork,
  parameterShapes,
  type Tensor,
} from '../../nn';
import type { Task } from '../../tasks';
import { principalDirections, project } from '../principal-directions';
import type { DistillationOptions } from './options';

/** A student's shape, and the layer of the original that initializes each of its layers. */
export interface StudentPlan {
  encoder: EncoderConfiguration;
  /** Indexed by the student's layers, counted from 0. */
  originalLayers: number[];
}

type Shape = Pick<DistillationOptions, 'layers' | 'hiddenSize' | 'attentionHeads' | 'intermediateSize'>;

/** Layers of a student that is cut out of its teacher, if none are given. */
const LAYERS = 3;

/**
 * Returns the student that the options cut out of a network.
 *
 * @param original the network: its teacher, or a pretrained encoder
 * @param name of the network, for errors
 * @throws InputError if it is deeper or wider than the network, or its heads do not divide its width
 */
export function planStudent(
  original: EncoderConfiguration,
  options: Shape,
  name: string,
  place: string,
): StudentPlan {
  const hiddenSize = options.hiddenSize ?? original.hiddenSize;
  if (hiddenSize > original.hiddenSize)
    throw new InputError(
      `${place}: a student of hidden size ${hiddenSize} is wider than ${name} of ${original.hiddenSize}; choose at most that`,
    );
  const originalLayers = chooseLayers(original.layers, options.layers ?? LAYERS, name, place);
  const headSize = original.hiddenSize / original.attentionHeads;
  const attentionHeads = options.attentionHeads ?? Math.max(1, Math.round(hiddenSize / headSize));
  if (hiddenSize % attentionHeads !== 0)
    throw new InputError(
      `${place}: ${attentionHeads} attention heads do not divide a hidden size of ${hiddenSize}; give "attentionHeads" that do`,
    );
  const share = original.intermediateSize / original.hiddenSize;
  const { prunedHeads, ...rest } = original;
  // Heads pruned from copied layers remain pruned; a student of another width has all heads.
  const lost = originalLayers.map((layer) => prunedHeads?.[layer] ?? []);
  const keepsHeads = hiddenSize === original.hiddenSize && attentionHeads === original.attentionHeads;
  const encoder: EncoderConfiguration = {
    ...rest,
    ...(keepsHeads && lost.some((heads) => heads.length > 0) && { prunedHeads: { ...lost } }),
    layers: originalLayers.length,
    hiddenSize,
    embeddingSize: original.embeddingSize === original.hiddenSize ? hiddenSize : original.embeddingSize,
    attentionHeads,
    intermediateSize: options.intermediateSize ?? Math.round(share * hiddenSize),
  };
  return { encoder, originalLayers };
}

/** Returns the layers as listed, or the given number, spread evenly from the first to the last. */
function chooseLayers(available: number, layers: number | number[], name: string, place: string): number[] {
  if (typeof layers === 'number') {
    if (layers > available)
      throw new InputError(
        `${place}: a student of ${layers} layers is deeper than ${name} of ${available}; choose at most that`,
      );
    return spreadLayers(available, layers);
  }
  const outside = layers.find((layer) => layer >= available);
  if (outside !== undefined)
    throw new InputError(
      `${place}: "layers" names layer ${outside}, but ${name} has ${available}, counted from 0; choose a smaller number`,
    );
  if (layers.some((layer, index) => index > 0 && layer <= layers[index - 1]))
    throw new InputError(`${place}: "layers" must rise, found [${layers.join(', ')}]; put them in order`);
  return layers;
}

/** 3 of 6 are 0, 2, 5: the first fits the embeddings, the last fits the head. A single layer is the first. */
export function spreadLayers(available: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    count === 1 ? 0 : Math.floor((index * (available - 1)) / (count - 1)),
  );
}

/**
 * Initializes a student. Tensors of the original's shape are copied from it (as in Sanh et al. 2019, arXiv:1910.01108); embeddings
 * of a narrower student are the original's, projected on the principal directions of its word embeddings; the rest is random, by
 * the seed.
 */
export function createStudent<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  original: Network,
  { encoder, originalLayers }: StudentPlan,
  maximumLength: number,
  seed: number,
): Network {
  const configuration = { ...original.configuration, encoder, maximumLength };
  const stored = original.parameters.snapshot();
  const shapes = parameterShapes(encoder, original.head);
  const tensors = freshTensors(shapes, seed);
  const sameWidth = encoder.hiddenSize === original.configuration.encoder.hiddenSize;
  for (const [name, shape] of shapes) {
    const own = stored.get(nameInOriginal(name, originalLayers));
    // In a narrower network, a copied bias is meaningless without its matrix, except those of the head, which encode how rare mentions are.
    const makesSense = sameWidth || name === HEAD_BIAS || name.includes('.embeddings.');
    if (makesSense && String(own?.shape) === String(shape)) tensors.set(name, own!);
  }
  projectEmbeddings(original.configuration.encoder, encoder, stored, tensors);
  return task.build(configuration, original.source, tensors);
}

const HEAD_BIAS = 'classifier.bias';

/** Returns the name in the layer of the original that a layer of the student is copied from. */
export const nameInOriginal = (name: string, originalLayers: readonly number[]): string =>
  name.replace(/\.layer\.(\d+)\./, (_, layer) => `.layer.${originalLayers[Number(layer)]}.`);

function projectEmbeddings(
  original: EncoderConfiguration,
  student: EncoderConfiguration,
  stored: ReadonlyMap<string, Tensor>,
  tensors: Map<string, Tensor>,
): void {
  if (student.embeddingSize === original.embeddingSize) return;
  const { prefix } = definitionOf(original);
  const words = stored.get(`${prefix}.embeddings.word_embeddings.weight`)!;
  const directions = principalDirections(words, student.embeddingSize);
  for (const [name, tensor] of stored)
    if (name.startsWith(`${prefix}.embeddings.`) && name.endsWith('_embeddings.weight'))
      tensors.set(name, project(tensor, directions));
}
