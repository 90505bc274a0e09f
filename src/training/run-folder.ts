import {
  existsSync,
  lstatSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { acquireLock, checkOutputFile, checkOutputFolder, InputError } from '../foundation';

/** The subfolder with the model of the last epoch, if another epoch's was better. */
export const LAST = 'last';

export const METRICS_FILE = 'metrics.jsonl';

/** Files of a model, as every run leaves them. */
const MODEL_FILES = [
  'config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
];

/** The subfolder with the checkpoint of a run. */
export const checkpointFolder = (folder: string): string => join(folder, 'checkpoint');

/**
 * Refuses, before any work is done, a folder that cannot be written, where another run is at work, or where the run would overwrite
 * its inputs.
 *
 * @param inputs files that the run reads, and folders of models that it starts from
 * @param others files that it writes beside model and metrics
 * @throws InputError with the reason
 */
export function checkRunFolder(
  folder: string,
  inputs: readonly string[] = [],
  others: readonly string[] = [],
): void {
  const isFolder = (input: string) => statSync(input, { throwIfNoEntry: false })?.isDirectory() ?? false;
  checkOutputFolder(folder, inputs.filter(isFolder));
  if (isFolder(folder)) acquireLock(folder)(); // Another run is noticed now, not after an hour.
  const files = inputs.flatMap((input) => (isFolder(input) ? filesIn(input) : [input]));
  const names = [...MODEL_FILES, METRICS_FILE, ...others];
  for (const place of [folder, join(folder, LAST)])
    for (const name of names) checkOutputFile(join(place, name), files);
  // What is made of other weights goes when a model is saved, the checkpoint at the end.
  for (const place of ['onnx', join(LAST, 'onnx'), 'checkpoint']) refuseInputsIn(join(folder, place), files);
  for (const name of ['checkpoint', LAST, METRICS_FILE]) refuseLink(join(folder, name));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

function refuseInputsIn(folder: string, inputs: readonly string[]): void {
  const parents = inputs.filter((input) => existsSync(input)).map((input) => dirname(realpathSync(input)));
  const place = existsSync(folder) ? realpathSync(folder) : undefined;
  if (place !== undefined && parents.some((parent) => parent === place || parent.startsWith(place + sep)))
    throw new InputError(`${folder}: holds an input and would be removed; choose another output`);
}

/**
 * Refuses a link in the place of something that a run deletes or rewrites: it might lead to files of others.
 *
 * @throws InputError that names the link
 */
export function refuseLink(path: string): void {
  if (statOf(path)?.isSymbolicLink())
    throw new InputError(`${path}: is a link, which runs do not follow; remove it, or choose another folder`);
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // a part of the path is a file, which writing there reports
  }
}

/** Removes the files that belong to a run from a folder, and the folder if it is then empty. Links are not followed. */
export function removeOwnFiles(folder: string, isOwn: (name: string) => boolean): void {
  if (!statOf(folder)?.isDirectory()) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (isOwn(name) && !statOf(path)?.isDirectory()) rmSync(path, { force: true });
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Removes the model that an earlier run left in its folder `last`. */
export function removeLastModel(folder: string): void {
  const last = join(folder, LAST);
  if (!statOf(last)?.isDirectory()) return;
  rmSync(join(last, 'onnx'), { recursive: true, force: true });
  removeOwnFiles(last, (name) => MODEL_FILES.includes(name));
}
