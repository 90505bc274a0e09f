import {
  type Batch,
  type DeviceTensor,
  type EncoderConfiguration,
  free,
  freshTensors,
  keep,
  type LayerObserver,
  linear,
  type Precision,
  Tape,
  type Tensor,
  tidy,
  type Weights,
} from '../../nn';
import { lossOnTape } from '../../tasks';
import { hiddenStateLoss, relationLoss } from './layer-losses';
import { weigh } from './soft-targets';

/** Layers of student and teacher, counted from 0. */
export interface LayerPair {
  student: number;
  teacher: number;
}

/** How much a student learns from the layers of its teacher. */
export interface LayerWeights {
  hiddenWeight: number;
  relationWeight: number;
  /** Number of heads into which queries, keys and values are split. */
  relationHeads: number;
}

const PROJECTION = 'distillation.projection';

/** Leaves the tensors of `projections` out, which are not saved with the student. */
export const withoutProjections = (tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> =>
  new Map([...tensors].filter(([name]) => !name.startsWith(PROJECTION)));

/**
 * Linear layers that project the student's hidden states to the teacher's width for comparison (TinyBERT's W_h), one for each pair of
 * layers; none if both have the same width. Trained with the student but not saved with it.
 */
export function projections(
  student: EncoderConfiguration,
  teacher: EncoderConfiguration,
  pairs: readonly LayerPair[],
  seed: number,
): Map<string, Tensor> {
  const [narrow, wide] = [student.hiddenSize, teacher.hiddenSize];
  const shapes = new Map<string, number[]>();
  if (narrow !== wide)
    for (const { student: layer } of pairs) {
      shapes.set(`${PROJECTION}.${layer}.weight`, [wide, narrow]);
      shapes.set(`${PROJECTION}.${layer}.bias`, [wide]);
    }
  return freshTensors(shapes, seed);
}

/** Hidden states and relations of some layers of a network. */
export class Observations {
  readonly projected = new Map<number, DeviceTensor>();
  readonly hidden = new Map<number, DeviceTensor>();

  constructor(readonly layers: readonly number[]) {}

  readonly observe: LayerObserver = (layer, part, value) => {
    if (this.layers.includes(layer)) this[part].set(layer, value);
  };
}

/**
 * Observes some layers of a network that is not trained; the caller frees the result.
 *
 * @param run computes the network on the tape that it is given
 */
export function observeFrozen(
  layers: readonly number[],
  precision: Precision,
  run: (tape: Tape, observe: LayerObserver) => void,
): Observations & { free(): void } {
  const seen = new Observations(layers);
  const kept: DeviceTensor[] = [];
  const observe: LayerObserver = (layer, part, value) => {
    if (!layers.includes(layer)) return;
    keep(value);
    kept.push(value);
    seen.observe(layer, part, value);
  };
  tidy(() => run(new Tape(false, undefined, precision), observe));
  return Object.assign(seen, { free: () => free(...kept) });
}

/** Computes the losses of one pair of layers. */
export function compareLayers(
  tape: Tape,
  weights: Weights,
  { hiddenWeight, relationWeight, relationHeads }: LayerWeights,
  batch: Batch,
  { student, teacher }: LayerPair,
  own: Observations,
  theirs: Observations,
): DeviceTensor[] {
  const nodes: DeviceTensor[] = [];
  if (hiddenWeight > 0) {
    const projection = weights.get(`${PROJECTION}.${student}.weight`);
    const hidden = own.hidden.get(student)!;
    const widened = projection
      ? linear(tape, hidden, projection, weights.get(`${PROJECTION}.${student}.bias`)!)
      : hidden;
    const wanted = theirs.hidden.get(teacher)!;
    nodes.push(
      lossOnTape(tape, widened, () =>
        weigh([{ weight: hiddenWeight, loss: hiddenStateLoss(widened, wanted, batch) }]),
      ),
    );
  }
  if (relationWeight > 0) {
    const [ours, wanted] = [own.projected.get(student)!, theirs.projected.get(teacher)!];
    nodes.push(
      lossOnTape(tape, ours, () =>
        weigh([{ weight: relationWeight, loss: relationLoss(ours, wanted, batch, relationHeads) }]),
      ),
    );
  }
  return nodes;
}
