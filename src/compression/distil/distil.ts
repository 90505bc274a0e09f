import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, type Progress, silentProgress } from '../../foundation';
import { type EncoderConfiguration, type LabelNetwork, setDropout } from '../../nn';
import { type LabelTask, labelTaskOf, TASKS, type Task, withTask } from '../../tasks';
import { learn, type RunOptions, readLessons, type TrainingReport } from '../../training';
import { chooseRelationHeads, pairLayers } from './matching';
import { distillationObjective, type Lesson, projections, type Taught } from './objective';
import type { DistillationConfiguration } from './options';
import { createStudent, planStudent } from './student';
import { teacherLogits } from './teacher-logits';
import { readUnlabelled } from './unlabelled';

export interface DistillationRun extends RunOptions {
  /** Model folder of a trained tagger or classifier. */
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
  /** Number of parameters of each network. */
  parameters: { teacher: number; student: number };
  labelled: number;
  unlabelled: number;
}

/**
 * Trains a student on its teacher's predictions for labelled and unlabelled text. All inputs are checked before anything is
 * computed or written. Epochs, dev scores, checkpoints and replicas work as in `fineTune`.
 *
 * @throws InputError if the student is not a smaller version of its teacher, or there is nothing to learn from
 */
export async function distil(run: DistillationRun): Promise<DistillationReport> {
  const { configuration, folder } = run;
  const { student } = configuration.distillation;
  if (resolve(run.teacher) === resolve(folder))
    throw new InputError(`${folder}: is the teacher's own folder; choose another one for the student`);
  if (student !== null && resolve(student) === resolve(folder))
    throw new InputError(
      `${folder}: is the folder that the student starts from; choose another one for the trained student`,
    );
  return withTask(labelTaskOf(run.teacher), (task) => distilTask(task, run));
}

async function distilTask<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  run: DistillationRun,
): Promise<DistillationReport> {
  const { configuration, place, teacherProgress = silentProgress } = run;
  const { distillation: options, maximumLength, seed } = configuration;
  const { encoder, labels } = task.readConfiguration(run.teacher);
  if (maximumLength > encoder.maximumPositions)
    throw new InputError(
      `${place}: "maximumLength" of ${maximumLength} tokens exceeds the teacher's ${encoder.maximumPositions} positions; choose a shorter one`,
    );
  const plan = options.student === null ? planStudent(encoder, options, place) : undefined;
  const shape = plan?.encoder ?? readStudent(task.name, options.student!, run.teacher);
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
  const teacher = task.load(run.teacher);
  const student = plan
    ? createStudent(task, teacher, plan, maximumLength, seed)
    : task.load(options.student!);
  student.configuration.maximumLength = maximumLength;
  setDropout(student.configuration.encoder, configuration.dropout);
  const extra = projections(student.configuration, teacher.configuration, lesson, seed);
  const learner =
    extra.size === 0
      ? student
      : task.build(
          student.configuration,
          student.source,
          new Map([...student.parameters.snapshot(), ...extra]),
        );
  try {
    const report = await learn<Item, Example, Network, Taught<Example>>({
      ...run,
      task,
      lessons,
      unlabelled,
      network: learner,
      async examples(prepared) {
        const logits = await teacherLogits(teacher, prepared, task.rows, teacherProgress);
        return prepared.map((example, index) => ({ ...example, teacher: logits[index] }));
      },
      objective: () => distillationObjective(task, learner, lesson, teacher),
    });
    return {
      ...report,
      student: shape,
      parameters: { teacher: teacher.parameters.count, student: student.parameters.count },
      labelled: lessons.train.length,
      unlabelled: unlabelled.length,
    };
  } finally {
    for (const network of new Set([teacher, student, learner])) network.dispose();
  }
}

/** Returns the shape of an existing student, such as the pruned teacher. It must tokenize text as its teacher does. */
function readStudent(task: LabelTask, folder: string, teacher: string): EncoderConfiguration {
  const read = (model: string) => TASKS[task].readConfiguration(model);
  const { encoder, maximumLength: _, threshold: __, ...labels } = read(folder);
  const { encoder: theirs, maximumLength: ___, threshold: ____, ...wanted } = read(teacher);
  if (JSON.stringify(labels) !== JSON.stringify(wanted))
    throw new InputError(
      `${folder}: has the labels ${JSON.stringify(labels)}, but its teacher has ${JSON.stringify(wanted)}; choose a student with the teacher's labels`,
    );
  if (encoder.layers > theirs.layers || encoder.hiddenSize > theirs.hiddenSize)
    throw new InputError(
      `${folder}: a student of ${encoder.layers} layers of ${encoder.hiddenSize} is larger than its teacher of ${theirs.layers} of ${theirs.hiddenSize}; choose a smaller one`,
    );
  if (wordsOf(folder) !== wordsOf(teacher))
    throw new InputError(
      `${folder}: has a different vocabulary from its teacher, so their tokens cannot be compared; trim the teacher first, then derive the student from it`,
    );
  return encoder;
}

const wordsOf = (folder: string): string =>
  JSON.stringify(JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')).model);
