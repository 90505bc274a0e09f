import {
  type DeviceTensor,
  definitionOf,
  download,
  free,
  headsOfLayer,
  kernels,
  type LabelNetwork,
  tidy,
} from '../../nn';
import type { Objective } from '../../tasks';
import { lossAndGradients } from '../../training';
import { range } from './removal';

/** Importance of each head and neuron, by layer. */
export interface Importance {
  heads: Float64Array[]; // [remaining heads of the layer]
  neurons: Float64Array[]; // [intermediate size]
}

/**
 * First-order estimate of the change in loss without a head or neuron, averaged over sentences: |∂L/∂g| at g = 1, where g is a
 * factor on the output of the head (Michel, Levy & Neubig 2019, arXiv:1905.10650, section 4.1) or neuron (Molchanov et al. 2017,
 * arXiv:1611.06440, section 2.2). The values of heads are divided by the Euclidean norm over their layer, as in both papers, so
 * that layers can be compared.
 *
 * The output a of a part enters the next matrix W at some columns, so that a · ∂L/∂a = Σ W ∂L/∂W over these columns: the
 * gradients of the weights are sufficient.
 */
export async function measureImportance<Example extends { inputIds: Int32Array }>(
  model: LabelNetwork,
  objective: Objective<Example>,
  examples: readonly Example[],
  onProgress: (done: number) => void,
): Promise<Importance> {
  const { encoder } = model.configuration;
  const headSize = encoder.hiddenSize / encoder.attentionHeads;
  const layers = range(encoder.layers);
  const names = layers.map(definitionOf(encoder).layer);
  const heads = layers.map((layer) => new Float64Array(headsOfLayer(encoder, layer)));
  const neurons = layers.map(() => new Float64Array(encoder.intermediateSize));
  for (const [index, example] of examples.entries()) {
    const { gradients } = lossAndGradients(objective, { examples: [example], share: 1, draw: null }, 0);
    const weights = model.parameters.read();
    for (const layer of layers) {
      const attention = `${names[layer].attentionOutput}.weight`;
      const contract = `${names[layer].contract}.weight`;
      const byColumn = [attention, contract].map((name) =>
        columnSums(weights.get(name)!, gradients.get(name)!),
      );
      const ofHeads = new Float64Array(heads[layer].length);
      byColumn[0].forEach((value, column) => {
        ofHeads[Math.floor(column / headSize)] += value;
      });
      addAbsolute(heads[layer], ofHeads);
      addAbsolute(neurons[layer], byColumn[1]);
    }
    free(...weights.values(), ...gradients.values());
    onProgress(index + 1);
    // Yields to progress display and interrupts.
    await new Promise(setImmediate);
  }
  for (const own of [...heads, ...neurons]) scale(own, 1 / examples.length);
  for (const own of heads) scale(own, 1 / Math.max(Math.hypot(...own), Number.MIN_VALUE));
  return { heads, neurons };
}

const columnSums = (weight: DeviceTensor, gradient: DeviceTensor): Float32Array =>
  tidy(() => download(kernels.sumRows(kernels.multiply(weight, gradient))));

function addAbsolute(totals: Float64Array, values: ArrayLike<number>): void {
  for (let index = 0; index < totals.length; index++) totals[index] += Math.abs(values[index]);
}

function scale(values: Float64Array, factor: number): void {
  for (let index = 0; index < values.length; index++) values[index] *= factor;
}

/** Selects the least important heads over all layers, by layer; each layer keeps at least one and, whatever the count, at most `room`. */
export function leastHeads(
  heads: readonly Float64Array[],
  count: number,
  room = Number.POSITIVE_INFINITY,
): number[][] {
  const removed = heads.map((own) => leastOf(own, Math.max(0, own.length - room)));
  const ranked = heads
    .flatMap((own, layer) => [...own].map((value, head) => ({ layer, head, value })))
    .sort((one, other) => one.value - other.value);
  let left = count - removed.flat().length;
  for (const { layer, head } of ranked) {
    if (left <= 0) break;
    if (removed[layer].includes(head) || removed[layer].length === heads[layer].length - 1) continue;
    removed[layer].push(head);
    left--;
  }
  return removed;
}

/** Selects the heads to remove from all layers alike: those that matter least over all layers. */
export function leastSharedHeads(heads: readonly Float64Array[], count: number): number[][] {
  const totals = heads[0].map((_, head) => heads.reduce((sum, own) => sum + own[head], 0));
  const removed = leastOf(totals, count);
  return heads.map(() => removed);
}

/** Returns the indices of the smallest values. */
export const leastOf = (values: Float64Array, count: number): number[] =>
  [...values.keys()].sort((one, other) => values[one] - values[other] || one - other).slice(0, count);
