import { InputError } from '../../foundation';
import {
  definitionOf,
  type EncoderConfiguration,
  encoderParameterShapes,
  freshTensors,
  headParameterShapes,
  type LabelNetwork,
  type Tensor,
} from '../../nn';
import type { Task } from '../../tasks';
import { principalDirections, project } from '../principal-directions';
import type { DistillationOptions } from './options';

/** A student's shape, and the layer of the original that initializes each of its layers. */
export interface StudentPlan {
  encoder: EncoderConfiguration;
  /** Indexed by the student's layers, counted from 0. */
  teacherLayers: number[];
}

type Shape = Pick<DistillationOptions, 'layers' | 'hiddenSize' | 'attentionHeads' | 'intermediateSize'>;

/** Layers of a student that is cut out of its teacher, if none are given. */
const LAYERS = 3;

/**
 * Returns the student that the options cut out of a network.
 *
 * @param teacher the network, its teacher or a pretrained encoder
 * @param name of the network, for errors
 * @throws InputError if it is deeper or wider than the network, or its heads do not divide its width
 */
export function planStudent(
  teacher: EncoderConfiguration,
  options: Shape,
  name: string,
  place: string,
): StudentPlan {
  const hiddenSize = options.hiddenSize ?? teacher.hiddenSize;
  if (hiddenSize > teacher.hiddenSize)
    throw new InputError(
      `${place}: a student of hidden size ${hiddenSize} is wider than ${name} of ${teacher.hiddenSize}; choose at most that`,
    );
  const teacherLayers = chooseLayers(teacher.layers, options.layers ?? LAYERS, name, place);
  const headSize = teacher.hiddenSize / teacher.attentionHeads;
  const attentionHeads = options.attentionHeads ?? Math.max(1, Math.round(hiddenSize / headSize));
  if (hiddenSize % attentionHeads !== 0)
    throw new InputError(
      `${place}: ${attentionHeads} attention heads do not divide a hidden size of ${hiddenSize}; give "attentionHeads" that do`,
    );
  const share = teacher.intermediateSize / teacher.hiddenSize;
  const { prunedHeads, ...rest } = teacher;
  // Heads pruned from copied layers remain pruned; a student of another width has all heads.
  const lost = teacherLayers.map((layer) => prunedHeads?.[layer] ?? []);
  const keepsHeads = hiddenSize === teacher.hiddenSize && attentionHeads === teacher.attentionHeads;
  const encoder: EncoderConfiguration = {
    ...rest,
    ...(keepsHeads && lost.some((heads) => heads.length > 0) && { prunedHeads: { ...lost } }),
    layers: teacherLayers.length,
    hiddenSize,
    embeddingSize: teacher.embeddingSize === teacher.hiddenSize ? hiddenSize : teacher.embeddingSize,
    attentionHeads,
    intermediateSize: options.intermediateSize ?? Math.round(share * hiddenSize),
  };
  return { encoder, teacherLayers };
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
 * Initializes a student. Tensors of the teacher's shape are copied from it (as in Sanh et al. 2019, arXiv:1910.01108); embeddings
 * of a narrower student are the teacher's, projected on the principal directions of its word embeddings; the rest is random, by
 * the seed.
 */
export function createStudent<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  teacher: Network,
  { encoder, teacherLayers }: StudentPlan,
  maximumLength: number,
  seed: number,
): Network {
  const configuration = { ...teacher.configuration, encoder, maximumLength };
  const stored = teacher.parameters.snapshot();
  const shapes = new Map([...encoderParameterShapes(encoder), ...headParameterShapes(encoder, teacher.head)]);
  const tensors = freshTensors(shapes, seed);
  const sameWidth = encoder.hiddenSize === teacher.configuration.encoder.hiddenSize;
  for (const [name, shape] of shapes) {
    const own = stored.get(nameInTeacher(name, teacherLayers));
    // In a narrower network, a copied bias is meaningless without its matrix, except those of the head, which encode how rare mentions are.
    const makesSense = sameWidth || name === HEAD_BIAS || name.includes('.embeddings.');
    if (makesSense && String(own?.shape) === String(shape)) tensors.set(name, own!);
  }
  projectEmbeddings(teacher.configuration.encoder, encoder, stored, tensors);
  return task.build(configuration, teacher.source, tensors);
}

const HEAD_BIAS = 'classifier.bias';

/** Returns the teacher's layer that a layer of the student is copied from. */
const nameInTeacher = (name: string, teacherLayers: readonly number[]): string =>
  name.replace(/\.layer\.(\d+)\./, (_, layer) => `.layer.${teacherLayers[Number(layer)]}.`);

function projectEmbeddings(
  teacher: EncoderConfiguration,
  student: EncoderConfiguration,
  stored: ReadonlyMap<string, Tensor>,
  tensors: Map<string, Tensor>,
): void {
  if (student.embeddingSize === teacher.embeddingSize) return;
  const { prefix } = definitionOf(teacher);
  const words = stored.get(`${prefix}.embeddings.word_embeddings.weight`)!;
  const directions = principalDirections(words, student.embeddingSize);
  for (const [name, tensor] of stored)
    if (name.startsWith(`${prefix}.embeddings.`) && name.endsWith('_embeddings.weight'))
      tensors.set(name, project(tensor, directions));
}
