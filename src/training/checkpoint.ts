import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomically } from '../foundation';
import { type Precision, readSafetensors, writeSafetensors } from '../nn';
import type { State } from './learner';

/**
 * Where a run stands: the step of the epoch (from 1 on) that comes next, the best epoch so far, and what another machine would
 * choose otherwise: what its products multiply in, and how many processes take its steps.
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

/**
 * Writes a run's state and place. The state's file is named after its place and progress.json is renamed into
 * position last, so that a run killed at any moment finds a matching pair.
 */
export function writeCheckpoint(folder: string, place: Place, state: State, fingerprint: string): void {
  mkdirSync(folder, { recursive: true });
  const file = `state-${place.epoch}-${place.stepOfEpoch}.safetensors`;
  const previous = readProgress(folder);
  writeSafetensors(join(folder, file), state);
  writeFileAtomically(join(folder, PROGRESS_FILE), JSON.stringify({ ...place, file, fingerprint }));
  if (previous && previous.file !== file) rmSync(join(folder, previous.file), { force: true });
}

/** What was written last; undefined where there is nothing. */
export function readCheckpoint(
  folder: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  fingerprint: string,
): { place: Place; state: State } | undefined {
  const progress = readProgress(folder);
  if (!progress) return undefined;
  const path = join(folder, progress.file);
  const state = readSafetensors(path);
  for (const [name, shape] of shapes) {
    const found = state.get(`parameters/${name}`)?.shape;
    if (String(found) !== String(shape)) {
      throw new InputError(
        `${path}: "${name}" has the shape [${found ?? 'none'}], the model's is [${shape}]; start anew without resuming, or in another folder`,
      );
    }
  }
  if (progress.fingerprint !== fingerprint) {
    throw new InputError(
      `${folder}: the checkpoint is of a run with other options, data or model; start anew without resuming, or in another folder`,
    );
  }
  // Checkpoints of before there were replicas do not name any; JSON has no infinity, where there is no best score yet.
  const { epoch, stepOfEpoch, bestEpoch, precision, replicas = 1 } = progress;
  const bestScore = progress.bestScore ?? Number.NEGATIVE_INFINITY;
  return { place: { epoch, stepOfEpoch, bestEpoch, bestScore, precision, replicas }, state };
}

/** Removes what `writeCheckpoint` wrote. What names the rest goes first, so that a run killed meanwhile leaves nothing to go on from. */
export function removeCheckpoint(folder: string): void {
  rmSync(join(folder, PROGRESS_FILE), { force: true });
  rmSync(folder, { recursive: true, force: true });
}

/**
 * What stands in the way of going on with the run of a folder: nothing, a run that has come to its end, or no run at all.
 */
export function resumable(folder: string): 'yes' | 'finished' | 'nothing' {
  if (existsSync(join(checkpointFolder(folder), PROGRESS_FILE))) return 'yes';
  return existsSync(join(folder, 'model.safetensors')) ? 'finished' : 'nothing';
}

/** Where a run's folder keeps its checkpoint. */
export const checkpointFolder = (folder: string): string => join(folder, 'checkpoint');

function readProgress(folder: string): (Place & { file: string; fingerprint: string }) | undefined {
  const path = join(folder, PROGRESS_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InputError(
      `${path}: not valid JSON (${(error as Error).message}); delete the folder and start anew`,
    );
  }
}
