import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  areFinite,
  fieldsOf,
  InputError,
  nameOfLeftover,
  printable,
  writeFileAtomically,
} from '../foundation';
import { type Precision, readSafetensors, writeSafetensors } from '../nn';
import type { State } from './learner';
import { MOST_REPLICAS } from './replicas';
import { checkpointFolder, refuseLink, removeOwnFiles } from './run-folder';
import { isCount, readJsonState } from './state-file';

/**
 * Progress of a run: the next step of the epoch (from 1), the best epoch so far, and choices that another machine might make
 * differently: the precision of products, and the number of processes.
 */
export interface Place {
  epoch: number;
  stepOfEpoch: number;
  bestEpoch: number;
  bestScore: number;
  precision: Precision;
  replicas: number;
}

const PROGRESS_FILE = 'progress.json';
/** Bytes. The fingerprint contains the options of the run. */
const LARGEST_PROGRESS = 1 << 20;
const MEND = 'delete the folder and start over';

/** The state file is named after its position. No other name is read or deleted. */
const stateFile = ({ epoch, stepOfEpoch }: Pick<Place, 'epoch' | 'stepOfEpoch'>) =>
  `state-${epoch}-${stepOfEpoch}.safetensors`;

/** Returns whether a name is one that `writeCheckpoint` writes, or leaves behind if killed. */
const isOwn = (name: string) =>
  /^(state-\d+-\d+\.safetensors|progress\.json|tracked-run\.txt)$/.test(nameOfLeftover(name) ?? name);

/**
 * Replaces a run's state and progress. progress.json is renamed into place last, so that a run killed at any moment finds a
 * matching pair.
 */
export function writeCheckpoint(folder: string, place: Place, state: State, fingerprint: string): void {
  refuseLink(folder);
  mkdirSync(folder, { recursive: true });
  const file = stateFile(place);
  writeSafetensors(join(folder, file), state);
  writeFileAtomically(join(folder, PROGRESS_FILE), JSON.stringify({ ...place, file, fingerprint }));
  // Removes earlier states by name, including those of killed runs.
  removeOwnFiles(folder, (name) => name.startsWith('state-') && isOwn(name) && name !== file);
}

/**
 * Returns the last checkpoint; undefined if there is none.
 *
 * @param shapes the shapes of all tensors of the state
 * @param stepsOf the number of steps in each epoch of the run
 * @throws InputError if it belongs to another run, or is damaged
 */
export function readCheckpoint(
  folder: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  fingerprint: string,
  stepsOf: readonly number[],
): { place: Place; state: State } | undefined {
  const progress = readProgress(folder);
  if (!progress) return undefined;
  const { place } = progress;
  const path = join(folder, stateFile(place));
  const state = readSafetensors(path);
  for (const [name, shape] of shapes) checkTensor(path, name, shape, state);
  if (progress.fingerprint !== fingerprint) {
    throw new InputError(
      `${folder}: the checkpoint is of a run with other options, data or model; start over without resuming, or in another folder`,
    );
  }
  if (place.epoch > stepsOf.length || place.stepOfEpoch > stepsOf[place.epoch - 1])
    throw damaged(join(folder, PROGRESS_FILE), 'epoch and step are beyond the end of the run');
  return { place, state };
}

function checkTensor(path: string, name: string, shape: readonly number[], state: State): void {
  const found = state.get(name);
  if (String(found?.shape) !== String(shape)) {
    throw new InputError(
      `${path}: "${name.replace(/^parameters\//, '')}" has the shape [${found?.shape ?? 'none'}], the model's is [${shape}]; start over without resuming, or in another folder`,
    );
  }
  if (!found || !areFinite(found.data)) throw damaged(path, `"${name}" contains numbers that are not finite`);
}

/**
 * Removes the files written by `writeCheckpoint`; progress.json first, so that a run killed in between leaves nothing to resume.
 */
export function removeCheckpoint(folder: string): void {
  rmSync(join(folder, PROGRESS_FILE), { force: true });
  removeOwnFiles(folder, isOwn);
}

/** Returns whether the run of a folder can be resumed, has finished, or does not exist. */
export function resumable(folder: string): 'yes' | 'finished' | 'nothing' {
  if (existsSync(join(checkpointFolder(folder), PROGRESS_FILE))) return 'yes';
  return existsSync(join(folder, 'model.safetensors')) ? 'finished' : 'nothing';
}

/** Returns a notice of what a run that does not resume replaces in its folder; undefined if there is nothing. */
export function replacedIn(folder: string): string | undefined {
  const state = resumable(folder);
  if (state === 'yes')
    return `${folder}: contains a stopped run, which this one replaces; to continue that run, stop this one and resume`;
  return state === 'finished'
    ? `${folder}: contains a model, which this run replaces after its first epoch; stop it before to keep that model`
    : undefined;
}

function readProgress(folder: string): { place: Place; fingerprint: string } | undefined {
  refuseLink(folder);
  const path = join(folder, PROGRESS_FILE);
  const found = readJsonState(path, LARGEST_PROGRESS, MEND);
  if (!found) return undefined;
  // Older checkpoints have no replicas; before the first score the best one is null, since JSON has no infinity.
  const {
    epoch,
    stepOfEpoch,
    bestEpoch,
    bestScore,
    precision,
    replicas = 1,
    file,
    fingerprint,
  } = fieldsOf(found.value);
  const wrong = (key: string, value: unknown) =>
    damaged(path, `"${key}" is ${printable(JSON.stringify(value)?.slice(0, 100) ?? 'missing')}`);
  if (!isCount(epoch, 1)) throw wrong('epoch', epoch);
  if (!isCount(stepOfEpoch, 0)) throw wrong('stepOfEpoch', stepOfEpoch);
  if (!isCount(bestEpoch, 0, epoch)) throw wrong('bestEpoch', bestEpoch);
  if (bestScore !== null && !Number.isFinite(bestScore)) throw wrong('bestScore', bestScore);
  if (precision !== 'float32' && precision !== 'bfloat16') throw wrong('precision', precision);
  if (!isCount(replicas, 1, MOST_REPLICAS)) throw wrong('replicas', replicas);
  if (file !== stateFile({ epoch, stepOfEpoch })) throw wrong('file', file);
  if (typeof fingerprint !== 'string') throw wrong('fingerprint', fingerprint);
  const best = bestScore === null ? Number.NEGATIVE_INFINITY : Number(bestScore);
  return { place: { epoch, stepOfEpoch, bestEpoch, bestScore: best, precision, replicas }, fingerprint };
}

const damaged = (path: string, what: string) => new InputError(`${path}: damaged, ${what}; ${MEND}`);
