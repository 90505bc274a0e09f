import { add, type DeviceTensor, type LabelNetwork, padBatch, type Tensor } from '../../nn';
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
import { compareLayers, type LayerPair, Observations, observeFrozen, withoutProjections } from './layers';
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
        const theirs = observeFrozen(layers, tape.precision, (frozen, observe) => {
          teacher.logits(frozen, teacher.parameters.read(), padBatch(read), observe);
        });
        const weighted = { ...lesson.distillation, relationHeads: lesson.relationHeads };
        for (const pair of pairs)
          nodes.push(...compareLayers(tape, weights, weighted, batch, pair, own, theirs));
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
