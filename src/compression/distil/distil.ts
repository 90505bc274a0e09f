import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, type Progress, readSentences, silentProgress } from '../../foundation';
import { type EncoderConfiguration, type Precision, readConfiguration, TokenClassifier } from '../../nn';
import { heldOutEvaluation, prepareExamples, setDropout, varyMentions } from '../../tasks';
import { Tokenizer } from '../../tokenization';
import { type MetricsRow, type TrainingReport, train } from '../../training';
import { distillationObjective, type Lesson, projections } from './distillation-task';
import { chooseRelationHeads, pairLayers } from './matching';
import type { DistillationConfiguration } from './options';
import { createStudent, planStudent } from './student';
import { teacherLogits } from './teacher-logits';
import { readUnlabelled } from './unlabelled';

export interface DistillationRun {
  /** Model folder of a trained tagger. */
  teacher: string;
  configuration: DistillationConfiguration;
  /** What the configuration is, for errors, such as its file. */
  place: string;
  /** Receives the student of the best epoch, `metrics.jsonl` and, while training lasts, a checkpoint. */
  folder: string;
  resume?: boolean;
  replicas?: number;
  precision?: Precision;
  signal?: AbortSignal;
  teacherProgress?: Progress;
  progress?: Progress;
  /** Hears of every row of `metrics.jsonl` as it is written. */
  onRow?: (rows: readonly MetricsRow[]) => void;
}

export interface DistillationReport extends TrainingReport {
  student: EncoderConfiguration;
  /** Numbers in each network. */
  parameters: { teacher: number; student: number };
  labelled: number;
  unlabelled: number;
}

/**
 * Trains a student on what its teacher says of labelled and unlabelled sentences. Everything is checked before anything is
 * computed or written; training goes as `train` does it: epochs, dev scores, checkpoints, replicas.
 *
 * @throws InputError where the student is no smaller version of its teacher, or there is nothing to learn from
 */
export async function distil(run: DistillationRun): Promise<DistillationReport> {
  const { configuration, place, folder, teacherProgress = silentProgress } = run;
  const { distillation: options, maximumLength, seed } = configuration;
  if (resolve(run.teacher) === resolve(folder))
    throw new InputError(`${folder}: is the teacher's own folder; choose another one for the student`);
  if (options.student !== null && resolve(options.student) === resolve(folder))
    throw new InputError(
      `${folder}: is the folder that the student begins with; choose another one for the taught student`,
    );
  const { encoder, scheme } = readConfiguration(run.teacher);
  if (maximumLength > encoder.maximumPositions)
    throw new InputError(
      `${place}: "maximumLength" of ${maximumLength} tokens exceeds the teacher's ${encoder.maximumPositions} positions; choose a shorter one`,
    );
  const plan = options.student === null ? planStudent(encoder, options, place) : undefined;
  const shape = plan?.encoder ?? readStudent(options.student!, run.teacher);
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

  const tokenizer = new Tokenizer(run.teacher);
  const sentences = configuration.train.flatMap(readSentences);
  const varied = varyMentions(sentences, configuration.variations, seed);
  const unlabelled = readUnlabelled(options.unlabelled, options.maximumUnlabelled, seed);
  const dev = configuration.dev.flatMap(readSentences);
  const { examples } = await prepareExamples([...sentences, ...varied, ...unlabelled], tokenizer, {
    scheme,
    maximumLength,
  });

  const teacher = TokenClassifier.load(run.teacher);
  const student = plan
    ? createStudent(teacher, plan, maximumLength, seed)
    : TokenClassifier.load(options.student!);
  student.configuration.maximumLength = maximumLength;
  setDropout(student, configuration.dropout);
  const logits = await teacherLogits(teacher, examples, teacherProgress);
  const taught = examples.map((example, index) => ({ ...example, teacher: logits[index] }));

  const extra = projections(student.configuration, teacher.configuration, lesson, seed);
  const learner = withTensors(student, extra);
  const { loss } = configuration;
  const evaluateOnDev = heldOutEvaluation(dev, tokenizer, { ...student.configuration, loss });
  try {
    const report = await train({
      task: distillationObjective(learner, lesson, teacher),
      examples: taught,
      options: configuration,
      folder,
      evaluate: () => evaluateOnDev(learner),
      resume: run.resume,
      replicas: run.replicas,
      precision: run.precision,
      signal: run.signal,
      progress: run.progress,
      onRow: run.onRow,
    });
    return {
      ...report,
      student: shape,
      parameters: { teacher: teacher.parameters.count, student: student.parameters.count },
      labelled: sentences.length + varied.length,
      unlabelled: unlabelled.length,
    };
  } finally {
    for (const network of new Set([teacher, student, learner])) network.dispose();
  }
}

/** The shape of a student that exists already, such as the teacher pruned. It must read text as its teacher does. */
function readStudent(folder: string, teacher: string): EncoderConfiguration {
  const { encoder, scheme } = readConfiguration(folder);
  const { encoder: theirs, scheme: wanted } = readConfiguration(teacher);
  if (scheme !== wanted)
    throw new InputError(
      `${folder}: tags by the scheme "${scheme}", its teacher by "${wanted}"; choose a student of the teacher's scheme`,
    );
  if (encoder.layers > theirs.layers || encoder.hiddenSize > theirs.hiddenSize)
    throw new InputError(
      `${folder}: a student of ${encoder.layers} layers of ${encoder.hiddenSize} is larger than its teacher of ${theirs.layers} of ${theirs.hiddenSize}; choose a smaller one`,
    );
  if (wordsOf(folder) !== wordsOf(teacher))
    throw new InputError(
      `${folder}: has another vocabulary than its teacher, so that their tokens cannot be compared; trim the teacher first, then make the student of it`,
    );
  return encoder;
}

const wordsOf = (folder: string): string =>
  JSON.stringify(JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')).model);

/** The same network with more tensors beside its own. */
function withTensors(
  model: TokenClassifier,
  tensors: ReadonlyMap<string, { shape: number[]; data: Float32Array }>,
) {
  if (tensors.size === 0) return model;
  const { configuration, source, parameters } = model;
  return new TokenClassifier(configuration, source, new Map([...parameters.snapshot(), ...tensors]));
}
