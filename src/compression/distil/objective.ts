import {
  add,
  type Batch,
  type DeviceTensor,
  free,
  freshTensors,
  keep,
  type LabelNetwork,
  type LayerObserver,
  linear,
  padBatch,
  Tape,
  type Tensor,
  tidy,
  type Weights,
} from '../../nn';
import {
  type LabelTask,
  type Loss,
  type LossOptions,
  lossOnTape,
  type Objective,
  savedWithout,
  type Task,
  withTask,
} from '../../tasks';
import { hiddenStateLoss, relationLoss } from './layer-losses';
import type { DistillationOptions } from './options';
import { type SoftTargets, softTargetLoss, weigh } from './soft-targets';

/** An example with the teacher's logits. */
export type Taught<Example> = Example & {
  teacher: Float32Array; // [length, outputs] or [labels]
  /** 1 for a token with logits of the teacher; without it, all have but the special ones at the ends // [length] */
  taught?: Uint8Array;
  /** What the teacher reads when layers are compared, if other ids // [length] */
  teacherIds?: Int32Array;
};

/** Layers of student and teacher, counted from 0. */
export interface LayerPair {
  student: number;
  teacher: number;
}

/** The definition of the loss as plain data, so that another process can build the same loss. */
export interface Lesson extends LossOptions {
  distillation: Pick<
    DistillationOptions,
    'temperature' | 'softWeight' | 'hardWeight' | 'hiddenWeight' | 'relationWeight'
  >;
  relationHeads: number;
  /** Pairs of layers to compare; empty if only logits are compared. */
  pairs: LayerPair[];
  /** The teacher's folder. */
  teacher: string;
}

/**
 * The loss of a student: the teacher's probabilities, the labels where known and, if configured, the teacher's hidden states and
 * relations. Each part is a mean over the windows' tokens (over the texts, if the task has one answer per text), so that labelled
 * and unlabelled examples have equal weight.
 *
 * @param student with the tensors of `projections`, if any
 * @param teacher needed if layers are compared; the caller disposes it
 */
export function distillationObjective<
  Item,
  Example extends { inputIds: Int32Array },
  Network extends LabelNetwork,
>(
  task: Task<Item, Example, Network>,
  student: Network,
  lesson: Lesson,
  teacher?: LabelNetwork,
): Objective<Taught<Example>> {
  const { configuration, source, parameters } = student;
  const { pairs } = lesson;
  const { temperature, softWeight, hardWeight } = lesson.distillation;
  const groups = task.groups(lesson, configuration);
  const labelLoss = task.loss(lesson, configuration);

  /** Of the logits. */
  const outputLoss = (logits: DeviceTensor, examples: readonly Taught<Example>[]): Loss => {
    const parts = [];
    if (softWeight > 0) {
      const targets = softTargets(examples, task.rows);
      parts.push({ weight: softWeight, loss: softTargetLoss(logits, targets, { temperature, groups }) });
    }
    if (hardWeight > 0)
      parts.push({ weight: hardWeight, loss: labelLoss(logits, examples, { overAll: true }) });
    return weigh(parts);
  };

  return {
    parameters,
    layers: configuration.encoder.layers,
    description: { task: task.name, student: configuration, lesson },
    weight: (examples) => (task.rows === 'tokens' ? countTokens(examples) : examples.length),
    blueprint: {
      module: __filename,
      export: remakeDistillationObjective.name,
      arguments: [task.name, configuration, source, lesson],
    },
    loss(tape, weights, examples) {
      const batch = padBatch(examples);
      const own = new Observations(pairs.map((pair) => pair.student));
      const logits = student.logits(tape, weights, batch, own.observe);
      const nodes = [lossOnTape(tape, logits, () => outputLoss(logits, examples))];
      if (teacher && pairs.length > 0) {
        const layers = pairs.map((pair) => pair.teacher);
        const read = examples.map(({ inputIds, teacherIds = inputIds }) => ({ inputIds: teacherIds }));
        const theirs = observeTeacher(teacher, tape, padBatch(read), layers);
        for (const pair of pairs) nodes.push(...layerNodes(tape, weights, lesson, batch, pair, own, theirs));
        theirs.free();
      }
      return nodes.reduce((one, other) => add(tape, one, other));
    },
    ...savedWithout(task, student, withoutProjections),
  };
}

/** Rebuilds the objective in another process. */
export function remakeDistillationObjective(
  parameters: ReadonlyMap<string, Tensor>,
  name: LabelTask,
  configuration: LabelNetwork['configuration'],
  source: string,
  lesson: Lesson,
): Objective<never> {
  return withTask(name, (task): Objective<never> => {
    const teacher = lesson.pairs.length > 0 ? task.load(lesson.teacher) : undefined;
    return distillationObjective(task, task.build(configuration, source, parameters), lesson, teacher);
  });
}

const PROJECTION = 'distillation.projection';

const withoutProjections = (tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> =>
  new Map([...tensors].filter(([name]) => !name.startsWith(PROJECTION)));

/**
 * Linear layers that project the student's hidden states to the teacher's width for comparison (TinyBERT's W_h). Trained with the
 * student but not saved with it.
 */
export function projections(
  student: LabelNetwork['configuration'],
  teacher: LabelNetwork['configuration'],
  lesson: Lesson,
  seed: number,
): Map<string, Tensor> {
  const [narrow, wide] = [student.encoder.hiddenSize, teacher.encoder.hiddenSize];
  const shapes = new Map<string, number[]>();
  if (lesson.distillation.hiddenWeight > 0 && narrow !== wide)
    for (const { student: layer } of lesson.pairs) {
      shapes.set(`${PROJECTION}.${layer}.weight`, [wide, narrow]);
      shapes.set(`${PROJECTION}.${layer}.bias`, [wide]);
    }
  return freshTensors(shapes, seed);
}

/** Hidden states and relations of some layers of a network. */
class Observations {
  readonly projected = new Map<number, DeviceTensor>();
  readonly hidden = new Map<number, DeviceTensor>();

  constructor(readonly layers: readonly number[]) {}

  readonly observe: LayerObserver = (layer, part, value) => {
    if (this.layers.includes(layer)) this[part].set(layer, value);
  };
}

/** Runs the teacher's layers on a batch; the caller frees the result. */
function observeTeacher(teacher: LabelNetwork, tape: Tape, batch: Batch, layers: readonly number[]) {
  const seen = new Observations(layers);
  const kept: DeviceTensor[] = [];
  const observe: LayerObserver = (layer, part, value) => {
    if (!layers.includes(layer)) return;
    keep(value);
    kept.push(value);
    seen.observe(layer, part, value);
  };
  tidy(() => {
    teacher.logits(new Tape(false, undefined, tape.precision), teacher.parameters.read(), batch, observe);
  });
  return Object.assign(seen, { free: () => free(...kept) });
}

/** Computes the losses of one pair of layers. */
function layerNodes(
  tape: Tape,
  weights: Weights,
  { distillation, relationHeads }: Lesson,
  batch: Batch,
  { student, teacher }: LayerPair,
  own: Observations,
  theirs: Observations,
): DeviceTensor[] {
  const { hiddenWeight, relationWeight } = distillation;
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

/** Collects the teacher's logits of a batch; padding, the special tokens at the ends and tokens without logits have weight 0. */
function softTargets(
  examples: readonly Taught<{ inputIds: Int32Array }>[],
  rows: 'tokens' | 'text',
): SoftTargets {
  if (rows === 'text') {
    const labels = examples[0].teacher.length;
    const logits = new Float32Array(examples.length * labels);
    examples.forEach(({ teacher }, row) => {
      logits.set(teacher, row * labels);
    });
    return { logits, share: new Float32Array(examples.length).fill(1 / examples.length) };
  }
  const length = Math.max(...examples.map(({ inputIds }) => inputIds.length));
  const outputs = examples[0].teacher.length / examples[0].inputIds.length;
  const logits = new Float32Array(examples.length * length * outputs);
  const share = new Float32Array(examples.length * length);
  const each = 1 / countTokens(examples);
  examples.forEach(({ teacher, taught, inputIds }, row) => {
    logits.set(teacher, row * length * outputs);
    if (taught)
      share.set(
        Float32Array.from(taught, (one) => one * each),
        row * length,
      );
    else share.fill(each, row * length + 1, row * length + inputIds.length - 1);
  });
  return { logits, share };
}

const countTokens = (examples: readonly { inputIds: Int32Array }[]): number =>
  examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
