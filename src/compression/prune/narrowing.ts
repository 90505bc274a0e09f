import {
  type DeviceTensor,
  definitionOf,
  download,
  type EncoderConfiguration,
  headsOfLayer,
  type LabelNetwork,
  padBatch,
  Tape,
  type Tensor,
  tidy,
} from '../../nn';
import { transpose } from '../../onnx';
import { principalDirections, project } from '../principal-directions';
import { type Network, range } from './removal';

/** The directions of the hidden states to keep. */
export interface Basis {
  /** With orthonormal columns // [hidden, kept] */
  directions: Tensor;
  /** Share of the states' squared norm that they hold, at most 1. */
  share: number;
}

/**
 * The hidden states of every layer, one row per token, each row centred and each layer's states scaled to norm 1, so that layers
 * have equal weight // [tokens * layers, hidden]
 */
export function observeStates(
  model: LabelNetwork,
  windows: readonly { inputIds: Int32Array }[],
  onProgress: (done: number) => void,
): Tensor {
  const { layers, hiddenSize } = model.configuration.encoder;
  const seen = range(layers).map((): Float32Array[] => []);
  windows.forEach((window, index) => {
    tidy(() => {
      const observe = (layer: number, part: string, value: DeviceTensor) => {
        if (part === 'hidden') seen[layer].push(download(value) as Float32Array);
      };
      model.logits(new Tape(false), model.parameters.read(), padBatch([window]), observe);
    });
    onProgress(index + 1);
  });
  const tokens = windows.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  const data = new Float32Array(layers * tokens * hiddenSize);
  let next = 0;
  for (const parts of seen) {
    const first = next;
    for (const part of parts) {
      for (let row = 0; row < part.length; row += hiddenSize) {
        const own = part.subarray(row, row + hiddenSize);
        const mean = own.reduce((sum, value) => sum + value, 0) / hiddenSize;
        for (const value of own) data[next++] = value - mean;
      }
    }
    const layer = data.subarray(first, next);
    const length = lengthOf(layer);
    layer.forEach((value, place) => {
      layer[place] = value / length;
    });
  }
  return { shape: [layers * tokens, hiddenSize], data };
}

/**
 * Returns the principal directions of states whose rows have mean 0, plus the direction of the mean, rotated so that it is also the
 * direction of the mean in the new coordinates: LayerNorm then subtracts the same component.
 */
export function basisOf(states: Tensor, size: number): Basis {
  const width = states.shape[1];
  const principal = principalDirections(states, size - 1);
  const length = lengthOf(states.data);
  // A reflection (Householder) of the first coordinate's axis onto the axis of the mean: I - 2 v vᵀ / (v · v).
  const axis = Float64Array.from({ length: size }, (_, place) => Number(place === 0) - 1 / Math.sqrt(size));
  const square = axis.reduce((sum, value) => sum + value * value, 0);
  const data = new Float32Array(width * size);
  for (let row = 0; row < width; row++) {
    const own = Float64Array.from({ length: size }, (_, column) =>
      column === 0 ? 1 / Math.sqrt(width) : principal.data[row * (size - 1) + column - 1],
    );
    const along = own.reduce((sum, value, column) => sum + value * axis[column], 0);
    for (let column = 0; column < size; column++)
      data[row * size + column] = own[column] - (2 * along * axis[column]) / square;
  }
  const directions = { shape: [width, size], data };
  return { directions, share: lengthOf(project(states, directions).data) / length };
}

const lengthOf = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/**
 * Returns the network with its hidden states projected to fewer dimensions. Matrices that read a state x read Pᵀ x, by W P; matrices
 * that write one write Pᵀ x, by Pᵀ W (Ashkboos et al. 2024, "SliceGPT", arXiv:2401.15024, with one P for all layers and LayerNorm
 * kept in place). LayerNorm scales every state to norm √hidden, which is now smaller: its factors compensate for that and for the
 * lost share. Non-uniform factors are replaced by the nearest ones in the new directions, so the result is approximate; fine-tune it,
 * or distil into it.
 *
 * The head width is unchanged: each layer must have no more heads than fit the new states.
 */
export function narrowHidden({ encoder, tensors }: Network, { directions, share }: Basis): Network {
  const [wide, narrow] = directions.shape;
  const { prefix, layer } = definitionOf(encoder);
  const turned = turn(directions);
  const changed = new Map(tensors);
  const change = (name: string, work: (tensor: Tensor) => Tensor) =>
    changed.set(name, work(tensors.get(name)!));
  const read = (name: string) => change(`${name}.weight`, (weight) => project(weight, directions));
  const write = (name: string) => {
    change(`${name}.weight`, (weight) => turn(project(turn(weight), directions)));
    change(`${name}.bias`, (bias) => vector(project(row(bias), directions)));
  };
  const normalize = (name: string) => {
    const gain = share * Math.sqrt(wide / narrow);
    change(`${name}.weight`, ({ data }) => ({
      shape: [narrow],
      data: Float32Array.from(range(narrow), (column) => {
        const along = turned.data.subarray(column * wide, (column + 1) * wide);
        return gain * along.reduce((sum, value, place) => sum + value * value * data[place], 0);
      }),
    }));
    change(`${name}.bias`, (bias) => vector(project(row(bias), directions)));
  };

  if (encoder.embeddingSize === encoder.hiddenSize) {
    for (const table of ['word', 'position', ...(encoder.tokenTypes > 0 ? ['token_type'] : [])])
      read(`${prefix}.embeddings.${table}_embeddings`);
    normalize(`${prefix}.embeddings.LayerNorm`);
  } else write(`${prefix}.embeddings_project`);
  for (const names of range(encoder.layers).map(layer)) {
    for (const name of [names.query, names.key, names.value, names.expand]) read(name);
    for (const name of [names.attentionOutput, names.contract]) write(name);
    for (const name of [names.attentionNorm, names.outputNorm]) normalize(name);
  }
  const { transform, output } = definitionOf(encoder).sequenceHead;
  if (tensors.has(`${transform}.weight`)) {
    read(transform);
    const kept = widestUnits(tensors.get(`${output}.weight`)!, narrow);
    for (const part of ['weight', 'bias'])
      change(`${transform}.${part}`, () => takeUnits(changed.get(`${transform}.${part}`)!, kept));
    change(`${output}.weight`, (weight) => turn(takeUnits(turn(weight), kept)));
  } else read('classifier');
  return { encoder: narrowerEncoder(encoder, narrow), tensors: changed };
}

/** Selects the units of a sequence head's inner layer with the largest output weights; up to the activation, units are independent. */
function widestUnits({ shape: [labels, units], data }: Tensor, count: number): number[] {
  const lengths = range(units).map((unit) =>
    Math.hypot(...range(labels).map((label) => data[label * units + unit])),
  );
  const order = range(units).sort((one, other) => lengths[other] - lengths[one]);
  return order.slice(0, count).sort((one, other) => one - other);
}

/** Selects rows of a matrix, or elements of a vector. */
function takeUnits({ shape: [rows, ...rest], data }: Tensor, kept: readonly number[]): Tensor {
  const width = data.length / rows;
  const taken = kept.map((unit) => data.subarray(unit * width, (unit + 1) * width));
  return {
    shape: [kept.length, ...rest],
    data: Float32Array.from(
      { length: kept.length * width },
      (_, place) => taken[Math.floor(place / width)][place % width],
    ),
  };
}

/** Number of heads that fit a hidden size at the present head width; not a whole number if it is not a multiple. */
export const roomForHeads = ({ hiddenSize, attentionHeads }: EncoderConfiguration, size: number): number =>
  (size * attentionHeads) / hiddenSize;

function narrowerEncoder(encoder: EncoderConfiguration, hiddenSize: number): EncoderConfiguration {
  const { prunedHeads, ...rest } = encoder;
  const attentionHeads = roomForHeads(encoder, hiddenSize);
  // The heads' former indices no longer matter, only their number.
  const lost = range(encoder.layers)
    .map((layer): [number, number[]] => [layer, range(attentionHeads).slice(headsOfLayer(encoder, layer))])
    .filter(([, heads]) => heads.length > 0);
  return {
    ...rest,
    ...(lost.length > 0 && { prunedHeads: Object.fromEntries(lost) }),
    hiddenSize,
    embeddingSize: encoder.embeddingSize === encoder.hiddenSize ? hiddenSize : encoder.embeddingSize,
    attentionHeads,
  };
}

const row = ({ data }: Tensor): Tensor => ({ shape: [1, data.length], data });
const vector = ({ data }: Tensor): Tensor => ({ shape: [data.length], data });

const turn = ({ shape: [rows, columns], data }: Tensor): Tensor => ({
  shape: [columns, rows],
  data: transpose(data, rows, columns),
});
