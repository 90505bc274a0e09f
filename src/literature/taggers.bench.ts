/**
 * `npm run bench -- taggers --out FOLDER [--teacher KEPT | --seed N… --teacher-epochs N [--from MODEL]] [--epochs N] [--spread] [--sentences N] [--until STEP] [--json]`: makes
 * falconframes-small and falconframes-tiny from the mirror, and records what each step takes and what it is worth on dev (`made.json`).
 *
 * MiniLM-L6 learns every corpus's own labels, once with each seed, and the weights are averaged (Wortsman et al. 2022) and calibrated: the teacher, of which
 * the rounded difference from MiniLM-L6 is kept; `--teacher` restores it from there. A copy with a trimmed vocabulary
 * is pruned in steps, and after each step distilled from the whole teacher on labelled and unlabelled text. Auxiliary labels go at the end; ONNX in 8 bits; thresholds by dev.
 *
 * With `--from`, the teachers start from the encoder of a model of an earlier run in place of MiniLM-L6, for more epochs than one run has time for.
 *
 * `--spread` repeats the last step of falconframes-small with two other seeds. Resumes a stopped run. `--until` stops after a step; `--sentences` limits each corpus and the unlabelled text, to try it out.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  completeDistillation,
  distil,
  keepDifference,
  keepLabels,
  type PruneOptions,
  pruneStructure,
  restoreDifference,
  trimVocabulary,
} from '../compression';
import { InputError, readJsonObject, showProgress, writeFileAtomically } from '../foundation';
import { tuneThresholds } from '../inference';
import { locateEncoder } from '../nn';
import { exportToOnnx, fuseFolder, quantizeFolder } from '../onnx';
import {
  averageModels,
  calibrateLabels,
  completeConfiguration,
  DEFAULT_TRAINING,
  fineTune,
} from '../training';
import type { Row } from '../visualization';
import { GUIDELINE_VARIANTS, type GuidelineScore, scoreColumns, scoreGuidelines } from './guideline-study';
import { devSentences, guidelineFiles, guidelineOptions, writeGuidelineFiles } from './guidelines';
import { writeUnlabelledText } from './unlabelled-text';

/** The recipe's guidelines and copies. */
const GUIDELINES = GUIDELINE_VARIANTS['also mutations in words'];
/** Sentences that students learn from beside the labelled ones, sampled. */
const UNLABELLED = 30_000;
/** Word pieces, chosen on the training and the unlabelled text. */
const VOCABULARY = 11_000;

interface Step {
  name: string;
  seconds: number;
  /** Of one core, if all worked all the time. */
  coreHours: number;
  /** Strict span F1 on dev, of steps that train. */
  scores?: GuidelineScore[];
}

interface Made {
  steps: Step[];
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      seed: { type: 'string', multiple: true, default: ['1', '2'] },
      'teacher-epochs': { type: 'string', default: '4' },
      teacher: { type: 'string' },
      from: { type: 'string' },
      epochs: { type: 'string', default: '6' },
      sentences: { type: 'string' },
      spread: { type: 'boolean' },
      until: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const {
    out,
    seed,
    epochs,
    sentences,
    until,
    teacher,
    from = DEFAULT_TRAINING.encoder,
    spread = false,
    json = false,
  } = values;
  if (!out) throw new InputError('--out is missing; name a folder for the models');
  return {
    ...{ out, until, json, from, spread, kept: teacher, seeds: seed.map(Number), epochs: Number(epochs) },
    teacherEpochs: Number(values['teacher-epochs']),
    limit: sentences === undefined ? undefined : Number(sentences),
  };
}

async function main(): Promise<void> {
  const { out, seeds, kept, from, spread, teacherEpochs, epochs, limit, until, json } = readOptions();
  mkdirSync(out, { recursive: true });
  const record = join(out, 'made.json');
  const made: Made = existsSync(record)
    ? (readJsonObject(record, 'a record of made models', 1 << 22) as unknown as Made)
    : { steps: [] };
  const folderOf = (name: string) => join(out, name);
  const [files, unlabelled] = [guidelineFiles(folderOf('data')), join(out, 'data', 'unlabelled.txt')];
  let stopped = false;

  /** Makes a folder, unless it is made, and judges it. @returns the folder */
  async function step(name: string, make: (folder: string) => unknown, judged = true): Promise<string> {
    const folder = folderOf(name);
    if (!made.steps.some((one) => one.name === name) && !stopped) {
      const started = performance.now();
      await make(folder);
      const seconds = (performance.now() - started) / 1000;
      const coreHours = (seconds * availableParallelism()) / 3600;
      const scores = judged ? await scoreGuidelines(folder, GUIDELINES, 'dev', limit) : undefined;
      made.steps.push({ name, seconds, coreHours, ...(scores && { scores }) });
      writeFileAtomically(record, `${JSON.stringify(made)}\n`);
      console.error(`${name}: ${seconds.toFixed(0)} s`);
    }
    stopped ||= name === until;
    return folder;
  }

  const encoder = locateEncoder(DEFAULT_TRAINING.encoder);
  const common = {
    ...{
      train: [files.train],
      dev: [files.dev],
      loss: 'cross_entropy' as const,
      batchSize: 32,
      averaging: 0.999,
    },
    ...guidelineOptions(GUIDELINES),
  };
  const teach = (seed: number) => (folder: string) =>
    fineTune({
      ...{ ...common, seed, encoder: from, out: folder, epochs: teacherEpochs, learningRate: 2e-4 },
      ...{ resume: existsSync(folder), progress: showProgress(`Teacher, seed ${seed}`) },
    });
  /** What the students learn from is what is kept of it, so that they can be made again from that. */
  async function trainTeacher(): Promise<string> {
    const teachers: string[] = [];
    for (const seed of seeds) teachers.push(await step(`teacher-${seed}`, teach(seed)));
    const averaged =
      teachers.length === 1
        ? teachers[0]
        : await step('averaged', (folder) => averageModels(teachers, folder));
    const calibrated = await step(
      'calibrated',
      async (folder) => calibrateLabels(averaged, folder, (await devSentences(GUIDELINES)).flat()),
      false,
    );
    const difference = await step('kept', (folder) => keepDifference(calibrated, encoder, folder), false);
    return step('teacher', (folder) => restoreDifference(difference, encoder, folder));
  }
  const prune = (from: string, options: Partial<PruneOptions>) => (folder: string) =>
    pruneStructure(from, folder, {
      ...{
        data: [files.train],
        sentences: 200,
        seed: 1,
        loss: 'cross_entropy',
        layers: 0,
        heads: 0,
        neurons: 0,
        hidden: 0,
      },
      ...options,
    });
  const learnFrom =
    (teacher: string, student: string, epochs: number, learningRate: number, seed = 1) =>
    (folder: string) => {
      const place = 'the recipe of the shipped taggers';
      const { views: _, ...training } = common;
      return distil({
        ...{ teacher, folder, place, resume: existsSync(folder) },
        ...{ progress: showProgress(folder), teacherProgress: showProgress('Teacher') },
        configuration: {
          ...completeConfiguration(
            { ...training, seed, epochs, learningRate, dropout: 0.05, warmupShare: 0.05 },
            place,
          ),
          distillation: completeDistillation(
            {
              ...{ student, unlabelled: [unlabelled], softWeight: 1, hardWeight: 0.3, temperature: 2 },
              maximumUnlabelled: limit ?? UNLABELLED,
            },
            place,
          ),
        },
      });
    };
  const finish = (from: string) => async (folder: string) => {
    rmSync(folder, { recursive: true, force: true });
    keepLabels(from, folder);
    exportToOnnx(folder);
    fuseFolder(folder);
    quantizeFolder(folder);
    await tuneThresholds(folder, await devSentences(GUIDELINES));
  };

  await step('data', (folder) => writeGuidelineFiles(folder, GUIDELINES, { seed: 1, limit }), false);
  await step('unlabelled', () => console.error(JSON.stringify(writeUnlabelledText(unlabelled))), false);
  const teacher = kept
    ? await step('teacher', (folder) => restoreDifference(kept, encoder, folder))
    : await trainTeacher();
  const texts = { texts: [files.train, unlabelled], heldOut: [files.dev], size: VOCABULARY };
  const trimmed = await step('trimmed', (folder) => trimVocabulary(teacher, folder, texts), false);
  const shallow = await step('three-layers', prune(trimmed, { layers: 3, neurons: 896, hidden: 128 }), false);
  const first = await step('three-layers-taught', learnFrom(teacher, shallow, Math.ceil(epochs / 2), 8e-4));
  const narrow = await step('small-pruned', prune(first, { hidden: 64, heads: 9, neurons: 384 }), false);
  const small = await step('small', learnFrom(teacher, narrow, epochs, 1e-3));
  // How much of its figures is chance.
  for (const seed of spread ? [2, 3] : []) {
    const other = await step(`small-seed-${seed}`, learnFrom(teacher, narrow, epochs, 1e-3, seed));
    await step(`falconframes-small-seed-${seed}`, finish(other));
  }
  const narrower = await step('tiny-pruned', prune(small, { hidden: 64 }), false);
  const tiny = await step('tiny', learnFrom(teacher, narrower, epochs, 1.2e-3));
  await step('falconframes-small', finish(small));
  await step('falconframes-tiny', finish(tiny));
  if (json) console.log(JSON.stringify(made, null, 2));
  else
    console.table(
      made.steps.map(({ name, seconds, coreHours, scores }) => ({
        ...{ step: name, 'time (s)': Math.round(seconds), 'core hours': Number(coreHours.toFixed(2)) },
        ...(scores && rounded(scoreColumns(scores))),
      })),
    );
}

const rounded = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toFixed(1)) : value,
    ]),
  );

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
