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
import {
  acquireLock,
  checkOutputFile,
  checkOutputFolder,
  InputError,
  isJsonObject,
  readTextFile,
} from '../foundation';
import { removeExports } from '../nn';
import { TOKENIZER_FILES } from '../tokenization';

/** Subfolder with the model of the last epoch, if another epoch's was better. */
export const LAST = 'last';

export const METRICS_FILE = 'metrics.jsonl';

/** Files of a model, as written by every run. */
const MODEL_FILES = ['config.json', 'model.safetensors', ...TOKENIZER_FILES];

/** Returns the subfolder with the checkpoint of a run. */
export const checkpointFolder = (folder: string): string => join(folder, 'checkpoint');

/**
 * Rejects, before any work is done, a folder that cannot be written, that another run uses, or where the run would overwrite its
 * inputs.
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
  if (isFolder(folder)) acquireLock(folder)(); // Another run is detected now, not after an hour.
  const files = inputs.flatMap((input) => (isFolder(input) ? filesIn(input) : [input]));
  const names = [...MODEL_FILES, METRICS_FILE, ...others];
  for (const place of [folder, join(folder, LAST)])
    for (const name of names) checkOutputFile(join(place, name), files);
  // Files derived from old weights are removed when a model is saved, the checkpoint at the end.
  for (const place of ['onnx', join(LAST, 'onnx'), 'checkpoint']) refuseInputsIn(join(folder, place), files);
  for (const name of ['checkpoint', LAST, METRICS_FILE]) refuseLink(join(folder, name));
  refuseFilesOfOthers(folder);
}

/** Files of ours by which a folder of ours is recognized: name, a key that their JSON (of metrics, the first line) always has, and what they are. */
const RECOGNIZED = [
  ['config.json', 'model_type', "a model's configuration"],
  [METRICS_FILE, 'kind', 'the metrics of a training'],
] as const;

/** Rejects a folder with a file of the user that has the name of one of ours. */
function refuseFilesOfOthers(folder: string): void {
  for (const [name, key, what] of RECOGNIZED) {
    const path = join(folder, name);
    if (!existsSync(path) || hasKey(path, key, name === METRICS_FILE)) continue;
    throw new InputError(`${path}: is not ${what} and would be overwritten; choose another output`);
  }
}

/** Bytes. More than a configuration or the metrics of a long training take. */
const LARGEST_RECOGNIZED = 2 ** 28;

/** Whether the JSON of a file has a key. An empty file counts as having it: a killed run may leave one. */
function hasKey(path: string, key: string, isByLine: boolean): boolean {
  const text = readTextFile(path, LARGEST_RECOGNIZED);
  try {
    const value: unknown = JSON.parse(isByLine ? text.slice(0, text.search(/\n|$/)) : text);
    return isJsonObject(value) && key in value;
  } catch {
    return text.trim() === '';
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

function refuseInputsIn(folder: string, inputs: readonly string[]): void {
  const parents = inputs.filter((input) => existsSync(input)).map((input) => dirname(realpathSync(input)));
  const place = existsSync(folder) ? realpathSync(folder) : undefined;
  if (place !== undefined && parents.some((parent) => parent === place || parent.startsWith(place + sep)))
    throw new InputError(`${folder}: contains an input and would be removed; choose another output`);
}

/**
 * Rejects a link where a run would delete or rewrite something: it might lead to files of others.
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
    return undefined; // part of the path is a file, which is reported on writing
  }
}

/** Removes a run's files from a folder, and the folder if it is then empty. Does not follow links. */
export function removeOwnFiles(folder: string, isOwn: (name: string) => boolean): void {
  if (!statOf(folder)?.isDirectory()) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (isOwn(name) && !statOf(path)?.isDirectory()) rmSync(path, { force: true });
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Removes the model that an earlier run left in its subfolder `last`. */
export function removeLastModel(folder: string): void {
  const last = join(folder, LAST);
  if (!statOf(last)?.isDirectory()) return;
  removeExports(last);
  removeOwnFiles(last, (name) => MODEL_FILES.includes(name));
}
