import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomically } from '../foundation';
import { type Precision, readSafetensors, type Tensor, writeSafetensors } from '../nn';

/**
 * Where a run stands: the step of the epoch (from 1 on) that comes next, the best epoch so far, and what its products multiply in,
 * which another machine would choose otherwise.
 */
export interface Place {
  epoch: number;
  stepOfEpoch: number;
  bestEpoch: number;
  bestScore: number;
  precision: Precision;
}

/** Something whose numbers a checkpoint holds: parameters, an optimizer, averages. */
export interface Restorable {
  snapshot(): Map<string, Tensor>;
  restore(state: ReadonlyMap<string, Tensor>): void;
}

const PROGRESS_FILE = 'progress.json';

/**
 * Writes the state of every part and the run's place. The state's file is named after its place and progress.json is renamed into
 * position last, so that a run killed at any moment finds a matching pair.
 */
export function writeCheckpoint(
  folder: string,
  place: Place,
  parts: Readonly<Record<string, Restorable>>,
  fingerprint: string,
): void {
  mkdirSync(folder, { recursive: true });
  const state = new Map<string, Tensor>();
  for (const [part, owner] of Object.entries(parts))
    for (const [name, tensor] of owner.snapshot()) state.set(`${part}/${name}`, tensor);
  const file = `state-${place.epoch}-${place.stepOfEpoch}.safetensors`;
  const previous = readProgress(folder);
  writeSafetensors(join(folder, file), state);
  writeFileAtomically(join(folder, PROGRESS_FILE), JSON.stringify({ ...place, file, fingerprint }));
  if (previous && previous.file !== file) rmSync(join(folder, previous.file), { force: true });
}

/** Puts a checkpoint back into the parts; undefined where there is none. */
export function readCheckpoint(
  folder: string,
  parts: Readonly<Record<string, Restorable>>,
  shapes: ReadonlyMap<string, readonly number[]>,
  fingerprint: string,
): Place | undefined {
  const progress = readProgress(folder);
  if (!progress) return undefined;
  const path = join(folder, progress.file);
  const stored = readSafetensors(path);
  for (const [name, shape] of shapes) {
    const found = stored.get(`parameters/${name}`)?.shape;
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
  for (const [part, owner] of Object.entries(parts)) {
    const own = [...stored].filter(([name]) => name.startsWith(`${part}/`));
    owner.restore(new Map(own.map(([name, tensor]) => [name.slice(part.length + 1), tensor])));
  }
  const { epoch, stepOfEpoch, bestEpoch, bestScore, precision } = progress;
  return { epoch, stepOfEpoch, bestEpoch, bestScore, precision };
}

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
