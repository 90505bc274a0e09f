import { createHash } from 'node:crypto';
import { existsSync, lstatSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError, readTextFile, showProgress, writeFileAtomically } from '../../foundation';
import { choosePrecision, fetchEncoder, type Precision } from '../../nn';
import { type LabelTask, TASKS, withTask } from '../../tasks';
import {
  DEFAULT_TRAINING,
  Journal,
  type Outcome,
  readLessons,
  runInProcess,
  runSearch,
  settingsOf,
  type TrialTask,
  taskOfFiles,
  trialsAsCsv,
} from '../../training';
import { notice } from '../output';
import { metricNames } from './metrics';
import type { SearchPlan } from './plan';
import { type RemoteTrials, removeModel } from './remote';
import type { TrackedSearch } from './track-search';
import type { TrialJob } from './trial';

/** File names in the folder of a search. */
export const JOURNAL = 'search.jsonl';
const TRIALS = 'trials';

/** JSONL files of sentences. */
export interface Files {
  train: string[];
  dev: string[];
  test: string[];
}

/**
 * Runs a search in its folder, or resumes it.
 *
 * @throws InputError for unusable files, for the folder of another search, and if interrupted
 */
export async function carryOut(
  plan: SearchPlan,
  files: Files,
  out: string,
  { workers, tracked, remote }: { workers: number; tracked: TrackedSearch; remote?: RemoteTrials },
): Promise<{ journal: Journal; labels: readonly string[] }> {
  const { sampler, seed, halving, rungs, suggest } = plan;
  const { task, labels, notices } = checkFiles(files, plan);
  const space = { ...plan.space, fixed: { ...plan.space.fixed, labels: [...labels] } };
  const { encoder = { choices: [space.fixed.encoder ?? DEFAULT_TRAINING.encoder] } } = space.parameters;
  if ('choices' in encoder) for (const name of encoder.choices) await fetchEncoder(String(name));
  const path = join(out, JOURNAL);
  // Chosen once, so that all trials use the same.
  const precision = precisionIn(path) ?? choosePrecision().precision;
  const data = Object.fromEntries(Object.entries(files).map(([part, paths]) => [part, paths.map(hashOf)]));
  const journal = Journal.open(path, { ...space, sampler, seed, halving, ...data, precision });
  tracked.begin(journal.records);
  for (const own of notices) notice(own);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const writeTable = () =>
    writeFileAtomically(
      join(out, 'trials.csv'),
      trialsAsCsv(journal.records, space, metricNames(task, labels)),
    );
  const finished = await runSearch(journal, {
    rungs,
    suggest,
    run: (task, signal) =>
      runTrial(task, { ...plan, space }, files, { out, precision, workers, signal, remote }),
    workers,
    signal: interrupt.signal,
    progress: showProgress('Search'),
    onTrial(record) {
      if ('failed' in record) notice(`Trial ${record.trial} failed: ${record.failed}`);
      writeTable();
      tracked.trial(record, folderOf(record, plan, out));
    },
  });
  writeTable();
  if (!finished) throw new InputError(`interrupted; the same command resumes the search (${out})`);
  return { journal, labels };
}

/** Reads the precision of the trials of a search that was started. */
function precisionIn(path: string): Precision | undefined {
  const begun = Journal.begun(path);
  if (!begun) return undefined;
  if (begun.precision === 'float32' || begun.precision === 'bfloat16') return begun.precision;
  throw new InputError(
    `${path} line 1: has no precision; restore the file, or start again in another folder`,
  );
}

/** Checks that the trial folders belong to this search, which deletes their contents. @throws InputError if they do not */
export function refuseForeignTrials(out: string): void {
  const trials = join(out, TRIALS);
  const found = lstatSync(trials, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory())
    throw new InputError(`${trials}: is a file or a link; remove it, or name another folder`);
  if (!existsSync(join(out, JOURNAL)))
    throw new InputError(
      `${trials}: does not belong to a search started here; remove it, or name another folder`,
    );
}

/** Returns the task of the files, their labels and notices for the user. @throws InputError for files that no trial could use */
function checkFiles(
  files: Files,
  { space }: SearchPlan,
): { task: LabelTask; labels: readonly string[]; notices: string[] } {
  const all = Object.values(files).flat();
  const twice = all.find((file, index) => all.map((one) => resolve(one)).indexOf(resolve(file)) < index);
  if (twice) throw new InputError(`${twice} is given twice among --train, --dev and --test; give it once`);
  const task = taskOfFiles(all);
  const settings = { ...DEFAULT_TRAINING, ...space.fixed, train: files.train, dev: files.dev };
  const place = 'the fixed settings of the search';
  const { labels, notices } = withTask(task, (own) => readLessons(own, settings, { place }));
  for (const [part, paths] of Object.entries(files) as [string, string[]][])
    if (paths.flatMap((path): unknown[] => TASKS[task].read(path)).length === 0)
      throw new InputError(
        `--${part} ${paths.join(' ')}: contains no ${TASKS[task].items}; give files that do`,
      );
  return { task, labels, notices };
}

const hashOf = (path: string): string => createHash('sha256').update(readTextFile(path)).digest('hex');

interface Surroundings {
  out: string;
  precision: Precision;
  workers: number;
  signal: AbortSignal;
  /** Runs trials on other machines. */
  remote?: RemoteTrials;
}

const folderOf = ({ trial, rung }: TrialTask, { rungs }: SearchPlan, out: string): string =>
  join(out, TRIALS, rungs.length > 1 ? `${trial}-rung-${rung + 1}` : String(trial));

async function runTrial(
  task: TrialTask,
  plan: SearchPlan,
  { test, ...files }: Files,
  { out, precision, workers, signal, remote }: Surroundings,
): Promise<Outcome> {
  const { trial, share, values } = task;
  const { space, halving } = plan;
  const settings = { ...settingsOf(space, values), ...files };
  const ofEpochs = halving?.resource === 'epochs';
  if (ofEpochs) settings.epochs = Math.round(share * (settings.epochs ?? DEFAULT_TRAINING.epochs));
  const folder = folderOf(task, plan, out);
  const job: TrialJob = { trial, settings, test, share: ofEpochs ? 1 : share, folder, precision };
  if (remote) return remote.run(job, signal);
  rmSync(folder, { recursive: true, force: true });
  try {
    const environment = workers > 1 ? threadsOfEach(workers) : {};
    return await runInProcess(join(__dirname, 'trial.js'), job, { signal, environment });
  } finally {
    removeModel(folder);
  }
}

/** Workers that each use every core slow one another down. */
function threadsOfEach(workers: number): Record<string, string> {
  const threads = String(Math.max(1, Math.floor(availableParallelism() / workers)));
  return { TF_NUM_INTRAOP_THREADS: threads, OMP_NUM_THREADS: threads };
}
