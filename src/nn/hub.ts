import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AbortError } from 'p-retry';
import {
  cacheFolder,
  downloadFailure,
  fieldsOf,
  InputError,
  moveIntoPlace,
  openDownload,
  parseJson,
  showProgress,
  temporaryNeighbour,
  textOf,
  withoutCredentials,
} from '../foundation';
import { readEncoderConfiguration } from './encoder-configuration';
import { attempt, fetchHubFile, type HubFile } from './hub-file';
import { readShardNames } from './shards';
import { WEIGHT_FILES } from './weights';

/** Files of a tokenizer; the first choice that a model has is downloaded. */
const TOKENIZERS = [['tokenizer.json'], ['vocab.txt'], ['vocab.json', 'merges.txt']];
const WELCOME = ['tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json', 'vocab.txt'];
/** Bytes. The largest encoders of this kind have a few gigabytes of weights, and vocabularies of some ten megabytes. */
const LARGEST = { weights: 8 * 2 ** 30, other: 64 * 2 ** 20 };
/** Bytes of the list of a model's files. */
const LARGEST_LIST = 8 * 2 ** 20;

/** Returns whether a name has the form `owner/model`, as on the Hugging Face hub; `./model` is a folder. */
export const isHubName = (name: string): boolean => /^\w[\w.-]*\/[\w.-]+$/.test(name);

/** Returns the cache folder of a downloaded model of the hub. */
export const hubFolder = (name: string): string => join(cacheFolder(), 'models', name.replace('/', '--'));

/**
 * Returns the folder of a Hugging Face model, downloading it if it is not cached: into a temporary folder beside it, each file
 * checked against the size and hash listed by the hub, then renamed. `HF_ENDPOINT` replaces the hub's address.
 */
export async function downloadModel(name: string): Promise<string> {
  const folder = hubFolder(name);
  if (existsSync(folder)) return folder;
  const temporary = temporaryNeighbour(folder);
  const progress = showProgress(`Downloading ${name}`);
  try {
    const { commit, listed } = await listFiles(name);
    const { weights, others } = neededFiles(name, listed);
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    let [done, total] = [0, sizeOf([weights, ...others])];
    const fetchFile = async (file: HubFile) => {
      const address = `${endpoint()}/${name}/resolve/${commit}/${file.name}`;
      await fetchHubFile(address, file, join(temporary, file.name), (bytes) =>
        progress.update(done + bytes, total, 'bytes'),
      );
      done += file.size;
    };
    for (const file of others) await fetchFile(file);
    // Before the weights of an encoder that cannot be read anyway.
    readEncoderConfiguration(temporary);
    await fetchFile(weights);
    if (isIndex(weights.name)) {
      const shards = shardsOf(join(temporary, weights.name), name, listed);
      total += sizeOf(shards);
      for (const file of shards) await fetchFile(file);
    }
    moveIntoPlace(temporary, folder);
    return folder;
  } catch (error) {
    // The temporary folder is gone when the message is read.
    if (error instanceof InputError) throw new InputError(error.message.replaceAll(temporary, name));
    throw new InputError(
      `${name} cannot be downloaded from ${shownEndpoint()} (${downloadFailure(error)}); go online, or name the folder of a local model`,
    );
  } finally {
    progress.end();
    rmSync(temporary, { recursive: true, force: true });
  }
}

const endpoint = () => (process.env.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/$/, '');
const shownEndpoint = () => withoutCredentials(endpoint());

/** The hub's list of a model's files, by name; the values are not checked yet. */
type Listed = ReadonlyMap<string, Record<string, unknown>>;

/** Returns the commit of a model's main branch, and its files. */
async function listFiles(name: string): Promise<{ commit: string; listed: Listed }> {
  const address = `${endpoint()}/api/models/${name}/revision/main?blobs=true`;
  const answer = await attempt(async (signal) =>
    textOf(await openDownload(address, signal), LARGEST_LIST, 'the list of files'),
  );
  let list: unknown;
  try {
    list = parseJson(answer);
  } catch {
    throw notTheHub('its list of files is not JSON');
  }
  const { sha, siblings } = fieldsOf(list);
  if (!isHex(sha, 40)) throw notTheHub('its list of files has no commit');
  if (!Array.isArray(siblings)) throw notTheHub('it lists no files');
  const files = siblings.map(fieldsOf).map((file) => [String(file.rfilename), file] as const);
  return { commit: sha, listed: new Map(files) };
}

/** Chooses the files that make a model: its configuration, a tokenizer, and weights or their index. */
function neededFiles(name: string, listed: Listed): { weights: HubFile; others: HubFile[] } {
  const tokenizer = TOKENIZERS.find((names) => names.every((own) => listed.has(own)));
  const weights = WEIGHT_FILES.find((own) => listed.has(own));
  const missing = [
    listed.has('config.json') || 'config.json',
    tokenizer !== undefined || 'tokenizer.json or vocab.txt',
    weights !== undefined || 'model.safetensors or pytorch_model.bin',
  ].filter((lack) => lack !== true);
  if (!weights || missing.length > 0)
    throw new InputError(
      `${name} on ${shownEndpoint()} has no ${missing.join(' and no ')}; choose another model, or save this one with a current version of Python's transformers`,
    );
  const others = new Set(['config.json', ...tokenizer!, ...WELCOME.filter((own) => listed.has(own))]);
  return {
    others: [...others].map((own) => checkedFile(own, listed)),
    weights: checkedFile(weights, listed),
  };
}

const isIndex = (name: string): boolean => name.endsWith('.index.json');

/** Returns the files that a downloaded index names. */
function shardsOf(index: string, name: string, listed: Listed): HubFile[] {
  const files = readShardNames(index).map((own) => {
    if (!listed.has(own))
      throw new InputError(
        `${name} on ${shownEndpoint()} has no ${own}, which its index of weights names; choose another model`,
      );
    return checkedFile(own, listed);
  });
  if (sizeOf(files) > LARGEST.weights)
    throw new InputError(
      `${name} has ${sizeOf(files)} bytes of weights, at most ${LARGEST.weights} are downloaded; choose a smaller model`,
    );
  return files;
}

const sizeOf = (files: readonly HubFile[]): number => files.reduce((sum, { size }) => sum + size, 0);

/** Returns a file from the hub's list, after validating its size and hash. */
function checkedFile(name: string, listed: Listed): HubFile {
  const { size, blobId, lfs } = listed.get(name)!;
  const most = /\.(safetensors|bin)$/.test(name) ? LARGEST.weights : LARGEST.other;
  if (!Number.isSafeInteger(size) || Number(size) < 0 || Number(size) > most)
    throw notTheHub(`it lists ${name} with no size from 0 to ${most} bytes`);
  const { sha256 } = fieldsOf(lfs);
  if (isHex(sha256, 64)) return { name, size: Number(size), hash: { kind: 'sha256', hex: sha256 } };
  if (!lfs && isHex(blobId, 40)) return { name, size: Number(size), hash: { kind: 'git', hex: blobId } };
  throw notTheHub(`it lists ${name} without a hash`);
}

const isHex = (value: unknown, length: number): value is string =>
  typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);

const notTheHub = (what: string): AbortError =>
  new AbortError(`this is not an answer of a model hub: ${what}`);
