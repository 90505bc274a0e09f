/** Trials of a search on other machines: paths below roots instead of paths of this machine, and nothing that is executed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InputError, isJsonObject, sha256OfFile } from '../../foundation';
import {
  answerRemoteTasks,
  locateInRoots,
  openRemoteTasks,
  openRoots,
  type RemoteTasks,
  type RootedPath,
  readAddress,
  resolveInRoots,
} from '../../inference';
import { fetchEncoder, listEncoders } from '../../nn';
import { completeConfiguration, DEFAULT_TRAINING, type Outcome, runInProcess } from '../../training';
import type { TrialJob } from './trial';

const NAME = 'search';

/** A file, and what it held when the search began. */
interface SharedFile {
  file: RootedPath;
  sha256: string;
}

/** A trial, as it is sent. */
interface RemoteTrial extends Omit<TrialJob, 'settings' | 'test' | 'folder'> {
  settings: Omit<TrialJob['settings'], 'train' | 'dev' | 'encoder'>;
  train: SharedFile[];
  dev: SharedFile[];
  test: SharedFile[];
  folder: RootedPath;
  /** Name in models/registry.json, or a folder. */
  encoder: string | RootedPath;
}

/** Sends trials to the machines that run `queue work --for search`. */
export interface RemoteTrials {
  run(job: TrialJob, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/** @param folders roots that the machines share */
export async function openRemoteTrials(
  address: string,
  folders: readonly string[],
  notify: (message: string) => void,
): Promise<RemoteTrials> {
  const roots = openRoots(folders);
  const tasks: RemoteTasks<RemoteTrial, Outcome> = await openRemoteTasks(readAddress(address), NAME, {
    notify,
  });
  return {
    run(job, signal) {
      const trial = asSent(job, roots);
      const id = createHash('sha256').update(JSON.stringify(trial)).digest('hex').slice(0, 32);
      return tasks.ask(`trial-${job.trial}-${id}`, trial, signal);
    },
    close: () => tasks.close(),
  };
}

function asSent({ settings, test, folder, ...job }: TrialJob, roots: readonly string[]): RemoteTrial {
  const { train = [], dev = [], encoder = DEFAULT_TRAINING.encoder, ...others } = settings;
  const shared = (files: readonly string[]) =>
    files.map((file) => ({ file: locateInRoots(roots, file), sha256: sha256OfFile(file) }));
  return {
    ...job,
    settings: others,
    ...{ train: shared(train), dev: shared(dev), test: shared(test), folder: locateInRoots(roots, folder) },
    encoder: isRegistered(encoder) ? encoder : locateInRoots(roots, encoder),
  };
}

const isRegistered = (name: string) => listEncoders().some((encoder) => encoder.name === name);

/** Works on the trials of searches until the signal fires. */
export async function workOnTrials(options: {
  queue: string;
  roots: readonly string[];
  workers: number;
  signal: AbortSignal;
  patience: number;
  notify(message: string): void;
}): Promise<void> {
  const { queue, workers, signal, patience, notify } = options;
  const roots = openRoots(options.roots);
  const threads = String(Math.max(1, Math.floor(availableParallelism() / workers)));
  const environment = { TF_NUM_INTRAOP_THREADS: threads, OMP_NUM_THREADS: threads };
  await answerRemoteTasks<RemoteTrial, Outcome>(
    { server: readAddress(queue), name: NAME, concurrency: workers, signal, patience, notify },
    async (sent, stop) => {
      const job = await asRun(sent, roots);
      notify(`Trial ${job.trial} begins`);
      try {
        const outcome = await runInProcess(join(__dirname, 'trial.js'), job, { signal: stop, environment });
        notify(
          `Trial ${job.trial} ${'failed' in outcome ? `failed: ${outcome.failed}` : `scores ${outcome.score.toFixed(3)}`}`,
        );
        return outcome;
      } finally {
        removeModel(job.folder);
      }
    },
  );
}

/** Keeping the models of all trials would fill the disk; the best can be trained again from its configuration. */
export function removeModel(folder: string): void {
  for (const file of existsSync(folder) ? readdirSync(folder) : [])
    if (file !== 'metrics.jsonl') rmSync(join(folder, file), { recursive: true });
}

/** Checks what another machine sends before it is used. @throws InputError */
async function asRun(sent: RemoteTrial, roots: readonly string[]): Promise<TrialJob> {
  const { trial, share, precision, settings, train, dev, test, folder, encoder } = Object(
    sent,
  ) as RemoteTrial;
  const isRight =
    Number.isSafeInteger(trial) &&
    share > 0 &&
    share <= 1 &&
    ['float32', 'bfloat16'].includes(precision) &&
    isJsonObject(settings) &&
    [train, dev, test].every(Array.isArray);
  if (!isRight) throw new InputError('the job is not a trial of a search');
  const files = (shared: readonly SharedFile[]) => shared.map((one) => fileOf(one, roots));
  const place = resolveInRoots(roots, folder);
  if (!/\/trials\/[^/]+$/.test(place) || !existsSync(join(place, '..', '..', 'search.jsonl')))
    throw new InputError(`${place}: is not the folder of a trial, so nothing is written there`);
  if (typeof encoder === 'string' && !isRegistered(encoder))
    throw new InputError(`trial ${trial}: the encoder "${encoder}" is not in models/registry.json`);
  const model = typeof encoder === 'string' ? encoder : resolveInRoots(roots, encoder);
  const whole = { ...settings, train: files(train), dev: files(dev), encoder: model };
  completeConfiguration(whole, `trial ${trial}`); // Only checked: what is not set must stay unset.
  await fetchEncoder(model);
  rmSync(place, { recursive: true, force: true });
  return { trial, share, precision, folder: place, test: files(test), settings: whole };
}

function fileOf({ file, sha256 }: SharedFile, roots: readonly string[]): string {
  const path = resolveInRoots(roots, file);
  if (sha256OfFile(path) !== sha256)
    throw new InputError(
      `${path}: is not what it was when the search began; restore it, or mount the same files`,
    );
  return path;
}
