import { resolve } from 'node:path';
import { describeJson, InputError, type Progress, silentProgress } from '../../foundation';
import {
  approximateParameters,
  type EncoderConfiguration,
  fetchEncoder,
  hasWeights,
  type LabelNetwork,
  setDropout,
} from '../../nn';
import { labelTaskOf, type Task, withTask } from '../../tasks';
import { checkRunFolder, learn, type RunOptions, readLessons, type TrainingReport } from '../../training';
import { projections } from './layers';
import { chooseRelationHeads, pairLayers } from './matching';
import { distillationObjective, type Lesson, type Taught } from './objective';
import type { DistillationConfiguration } from './options';
import { hasKeptAnswers, type KeptAnswers, readSoftTargets } from './soft-target-file';
import { planStart } from './start';
import { type Alignment, teach } from './teaching';
import { readUnlabelled } from './unlabelled';

export interface DistillationRun extends RunOptions {
  /** Model folder of a trained tagger or classifier; or of a classifier's answers, as `keepSoftTargets` writes it. */
  teacher: string;
  configuration: DistillationConfiguration;
  /** Where the configuration comes from, such as its file, for errors. */
  place: string;
  /** Output folder for the student of the best epoch, `metrics.jsonl` and, during training, a checkpoint. */
  folder: string;
  teacherProgress?: Progress;
}

export interface DistillationReport extends TrainingReport {
  student: EncoderConfiguration;
  /** Number of parameters of each network; about, for a teacher whose answers alone are kept. */
  parameters: { teacher: number; student: number };
  labelled: number;
  unlabelled: number;
  /** For a tagger and a student with another tokenizer than its teacher. */
  alignment?: Alignment;
}

/**
 * Trains a student on its teacher's predictions for labelled and unlabelled text. All inputs are checked before anything is
 * computed or written. Epochs, dev scores, checkpoints and replicas work as in `fineTune`.
 *
 * A student may have another architecture and tokenizer than its teacher, and need not be smaller, though a notice says so if it is
 * not: with a larger vocabulary it can have more parameters and still be faster.
 *
 * @throws InputError if the student cannot be made as described, has other labels, or there is nothing to learn from
 */
export async function distil(run: DistillationRun): Promise<DistillationReport> {
  const { configuration, folder } = run;
  const { student } = configuration.distillation;
  if (resolve(run.teacher) === resolve(folder))
    throw new InputError(`${folder}: is the teacher's own folder; choose another one for the student`);
  const name = labelTaskOf(run.teacher);
  // Before an encoder is downloaded.
  checkRunFolder(folder, [run.teacher]);
  const start = student === null ? undefined : await locateStudent(student, run.place);
  if (start !== undefined && resolve(start) === resolve(folder))
    throw new InputError(
      `${folder}: is the folder that the student starts from; choose another one for the trained student`,
    );
  if (start !== undefined) checkRunFolder(folder, [start]);
  return withTask(name, (task) => distilTask(task, run, start));
}

async function distilTask<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  run: DistillationRun,
  folder: string | undefined,
): Promise<DistillationReport> {
  const { configuration, place, onNotice = () => {}, teacherProgress = silentProgress } = run;
  const { distillation: options, maximumLength, seed } = configuration;
  const { encoder, labels } = task.readConfiguration(run.teacher);
  if (maximumLength > encoder.maximumPositions)
    throw new InputError(
      `${place}: "maximumLength" of ${maximumLength} tokens exceeds the teacher's ${encoder.maximumPositions} positions; choose a shorter one`,
    );
  const start = planStart(task, options, { teacher: run.teacher, folder, maximumLength, seed, place });
  const shape = start.encoder;
  if (!hasWeights(run.teacher) && options.hiddenWeight + options.relationWeight > 0)
    throw new InputError(
      `${place}: "hiddenWeight" and "relationWeight" need the teacher's layers, but ${run.teacher} has no weights; set both to 0`,
    );
  if (maximumLength > shape.maximumPositions)
    throw new InputError(
      `${place}: "maximumLength" of ${maximumLength} tokens exceeds the student's ${shape.maximumPositions} positions; choose a shorter one`,
    );
  const lesson: Lesson = {
    loss: configuration.loss,
    focalGamma: configuration.focalGamma,
    labelSmoothing: configuration.labelSmoothing,
    classWeights: configuration.classWeights,
    distillation: {
      temperature: options.temperature,
      softWeight: options.softWeight,
      hardWeight: options.hardWeight,
      hiddenWeight: options.hiddenWeight,
      relationWeight: options.relationWeight,
    },
    relationHeads: chooseRelationHeads(shape, encoder, options, place),
    pairs: pairLayers(shape, encoder, options),
    teacher: run.teacher,
  };
  const lessons = readLessons(task, configuration, { labels, place });
  const unlabelled = readUnlabelled(options.unlabelled, task.unlabelled, {
    most: options.maximumUnlabelled,
    seed,
  });
  const made: LabelNetwork[] = [];
  const owned = <Own extends LabelNetwork>(network: Own): Own => {
    made.push(network);
    return network;
  };
  try {
    const kept =
      hasWeights(run.teacher) || !hasKeptAnswers(run.teacher) ? undefined : readSoftTargets(run.teacher);
    const teacher = kept ? undefined : owned(task.load(run.teacher));
    const student = owned(start.create(teacher));
    student.configuration.maximumLength = maximumLength;
    setDropout(student.configuration.encoder, configuration.dropout);
    const compared = options.hiddenWeight > 0 ? lesson.pairs : [];
    const extra = projections(shape, encoder, compared, seed);
    const learner =
      extra.size === 0
        ? student
        : owned(
            task.build(
              student.configuration,
              student.source,
              new Map([...student.parameters.snapshot(), ...extra]),
            ),
          );
    const parameters = {
      teacher: teacher?.parameters.count ?? approximateParameters(encoder),
      student: student.parameters.count,
    };
    if (parameters.student >= parameters.teacher)
      onNotice(
        `the student has ${parameters.student} parameters and its teacher ${parameters.teacher}, so it is not smaller`,
      );
    let alignment: Alignment | undefined;
    const report = await learn<Item, Example, Network, Taught<Example>>({
      ...run,
      task,
      configuration: start.pretrained ? { ...configuration, encoder: start.pretrained } : configuration,
      lessons,
      unlabelled,
      network: learner,
      async examples(prepared, items) {
        if (!teacher) return withKeptAnswers(prepared, items, kept!, run.teacher);
        const compareLayers = lesson.pairs.length > 0;
        const about = { items, compareLayers, place, progress: teacherProgress };
        const taught = await teach(task, teacher, student, prepared, about);
        alignment = taught.alignment;
        if (alignment) onNotice(describeAlignment(alignment));
        return taught.examples;
      },
      objective: () => distillationObjective(task, learner, lesson, teacher),
    });
    return {
      ...report,
      student: shape,
      parameters,
      labelled: lessons.train.length,
      unlabelled: unlabelled.length,
      ...(alignment && { alignment }),
    };
  } finally {
    for (const network of made) network.dispose();
  }
}

/** Adds the kept logits of each item's text. */
function withKeptAnswers<Item, Example extends { inputIds: Int32Array }>(
  examples: readonly Example[],
  items: readonly Item[],
  { logitsOf }: KeptAnswers,
  folder: string,
): Taught<Example>[] {
  const texts = items.map((item) => (item as { text: string }).text);
  const missing = texts.filter((text) => !logitsOf(text));
  if (missing.length > 0)
    throw new InputError(
      `${folder}: has no answer to ${missing.length} of ${texts.length} texts, such as ${describeJson(missing[0])}; keep the teacher's answers to these texts too`,
    );
  return examples.map((example, index) => ({ ...example, teacher: logitsOf(texts[index])! }));
}

async function locateStudent(student: string, place: string): Promise<string> {
  try {
    return await fetchEncoder(student);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${place}, "student": ${error.message}`) : error;
  }
}

function describeAlignment({ tokens, same, untaught }: Alignment): string {
  const share = ((100 * same) / Math.max(1, tokens)).toFixed(1);
  const others = untaught > 0 ? `; ${untaught} share none with any and learn from the labels alone` : '';
  return `${share} % of the student's ${tokens} tokens have the same characters as a token of its teacher${others}`;
}
