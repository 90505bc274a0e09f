import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomically } from '../foundation';
import { readSafetensors, type Tensor, type TokenClassifier, writeSafetensors } from '../nn';
import type { AdamW } from './optimizer';

/** Where a run stands: the batch of the epoch (from 1 on) that comes next, and the best epoch so far. */
export interface Checkpoint {
  epoch: number;
  batch: number;
  bestEpoch: number;
  bestMeanF1: number;
}

const PROGRESS_FILE = 'progress.json';
const STATE_FILE = (step: string) => `state-${step}.safetensors`;

/**
 * Writes weights, the optimizer's moments and the run's place. The weights' file is named after its place and progress.json is
 * renamed into position last, so that a run killed at any moment finds a matching pair.
 */
export function writeCheckpoint(
  folder: string,
  place: Checkpoint,
  model: TokenClassifier,
  optimizer: AdamW,
  fingerprint: string,
): void {
  mkdirSync(folder, { recursive: true });
  const state = new Map<string, Tensor>();
  for (const [name, tensor] of model.parameters.snapshot()) state.set(`parameter/${name}`, tensor);
  for (const [name, tensor] of optimizer.snapshot()) state.set(`optimizer/${name}`, tensor);
  const file = STATE_FILE(`${place.epoch}-${place.batch}`);
  const previous = readProgress(folder);
  writeSafetensors(join(folder, file), state);
  writeFileAtomically(join(folder, PROGRESS_FILE), JSON.stringify({ ...place, file, fingerprint }));
  if (previous && previous.file !== file) rmSync(join(folder, previous.file), { force: true });
}

/** Puts a checkpoint back into model and optimizer; undefined where there is none. */
export function readCheckpoint(
  folder: string,
  model: TokenClassifier,
  optimizer: AdamW,
  fingerprint: string,
): Checkpoint | undefined {
  const progress = readProgress(folder);
  if (!progress) return undefined;
  if (progress.fingerprint !== fingerprint) {
    throw new InputError(
      `${folder}: the checkpoint is of a run with other options, data or model; start anew without resuming, or in another folder`,
    );
  }
  const parameters = new Map<string, Tensor>();
  const moments = new Map<string, Tensor>();
  for (const [name, tensor] of readSafetensors(join(folder, progress.file))) {
    if (name.startsWith('parameter/')) parameters.set(name.slice('parameter/'.length), tensor);
    else moments.set(name.slice('optimizer/'.length), tensor);
  }
  model.parameters.restore(parameters);
  optimizer.restore(moments);
  const { epoch, batch, bestEpoch, bestMeanF1 } = progress;
  return { epoch, batch, bestEpoch, bestMeanF1 };
}

function readProgress(folder: string): (Checkpoint & { file: string; fingerprint: string }) | undefined {
  const path = join(folder, PROGRESS_FILE);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
