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

/** An example with what the teacher says of it. */
export type Taught<Example> = Example & {
  teacher: Float32Array; // [length, outputs] or [labels]
};

/** Layers of student and teacher, counted from 0. */
export interface LayerPair {
  student: number;
  teacher: number;
}

/** What the loss is made of: plain data, so that another process can make the same. */
export interface Lesson extends LossOptions {
  distillation: Pick<
    DistillationOptions,
    'temperature' | 'softWeight' | 'hardWeight' | 'hiddenWeight' | 'relationWeight'
  >;
  relationHeads: number;
  /** Layers whose insides are compared; none where only the logits are. */
  pairs: LayerPair[];
  /** The teacher's folder. */
  teacher: string;
}

/**
 * Teaches a student its teacher's probabilities, the labels where they are known and, if asked, the teacher's hidden states and
 * relations. Every part is a mean over the windows' tokens (over the texts, where the task has one answer per text), so that an example
 * counts alike whatever is known of it.
 *
 * @param student with the tensors of `projections`, where there are any
 * @param teacher needed where insides are compared; stays the caller's
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
        const theirs = observeTeacher(teacher, tape, batch, layers);
        for (const pair of pairs) nodes.push(...layerNodes(tape, weights, lesson, batch, pair, own, theirs));
        theirs.free();
      }
      return nodes.reduce((one, other) => add(tape, one, other));
    },
    ...savedWithout(task, student, withoutProjections),
  };
}

/** The objective again, in another process. */
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
 * Linear layers that widen the student's hidden states to the teacher's, so that they can be compared (TinyBERT's W_h). Trained
 * along, and not saved with the student.
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

/** What was seen of some layers of a network. */
class Observations {
  readonly projected = new Map<number, DeviceTensor>();
  readonly hidden = new Map<number, DeviceTensor>();

  constructor(readonly layers: readonly number[]) {}

  readonly observe: LayerObserver = (layer, part, value) => {
    if (this.layers.includes(layer)) this[part].set(layer, value);
  };
}

/** The teacher's layers on a batch; whoever asked frees them. */
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

/** The losses of one pair of layers. */
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

/** The teacher's logits of a batch; padding and the special tokens at the ends teach nothing. */
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
  examples.forEach(({ teacher, inputIds }, row) => {
    logits.set(teacher, row * length * outputs);
    share.fill(each, row * length + 1, row * length + inputIds.length - 1);
  });
  return { logits, share };
}

const countTokens = (examples: readonly { inputIds: Int32Array }[]): number =>
  examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
