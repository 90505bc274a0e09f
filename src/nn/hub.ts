import { createHash, type Hash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pRetry, { AbortError } from 'p-retry';
import { cacheFolder, InputError, showProgress } from '../foundation';

const NEEDED = ['config.json', 'tokenizer.json', 'model.safetensors'];
const WELCOME = ['tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt'];
const RETRIES = 3;
/** For one file: a slow line takes about half an hour for a gigabyte. */
const LONGEST_MS = 30 * 60_000;

/** A file as the hub lists it: large ones by their SHA-256, small ones by git's hash. */
interface HubFile {
  rfilename: string;
  size: number;
  blobId: string;
  lfs?: { sha256: string };
}

/** Whether a name has the form `owner/model`, as models on the Hugging Face hub are called; `./model` is a folder. */
export const isHubName = (name: string): boolean => /^\w[\w.-]*\/[\w.-]+$/.test(name);

/** Where a model of the hub is kept once it was downloaded. */
export const hubFolder = (name: string): string => join(cacheFolder(), 'models', name.replace('/', '--'));

/**
 * The folder of a model of the Hugging Face hub, downloaded where the cache lacks it: into a temporary neighbour, each file
 * checked against the hash that the hub lists, then moved. `HF_ENDPOINT` puts another address in the hub's place.
 */
export async function downloadModel(name: string): Promise<string> {
  const folder = hubFolder(name);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${process.pid}.partial`;
  const progress = showProgress(`Downloading ${name}`);
  try {
    const { sha, siblings } = await listFiles(name);
    const files = siblings.filter(({ rfilename }) => [...NEEDED, ...WELCOME].includes(rfilename));
    const missing = NEEDED.filter((needed) => !files.some(({ rfilename }) => rfilename === needed));
    if (missing.length > 0) {
      throw new InputError(
        `${name} on ${endpoint()} has no ${missing.join(' and no ')}; choose a model that has, or save this one with a present version of Python's transformers`,
      );
    }
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    for (const file of files) {
      const before = done;
      await attempt(async (signal) => {
        done = before;
        const response = await ask(`${endpoint()}/${name}/resolve/${sha}/${file.rfilename}`, signal);
        await store(response, file, join(temporary, file.rfilename), (bytes) => {
          done += bytes;
          progress.update(done, total, 'bytes');
        });
      });
    }
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(temporary, folder);
    return folder;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new InputError(
      `${name} cannot be downloaded from ${endpoint()} (${cause?.code ?? message}); go online, or name the folder of a model that is there`,
    );
  } finally {
    progress.end();
    rmSync(temporary, { recursive: true, force: true });
  }
}

const endpoint = () => (process.env.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/$/, '');

async function listFiles(name: string): Promise<{ sha: string; siblings: HubFile[] }> {
  const address = `${endpoint()}/api/models/${name}/revision/main?blobs=true`;
  return attempt(async (signal) => (await ask(address, signal)).json());
}

/** Tries a few times, since lines break. */
function attempt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return pRetry(() => work(AbortSignal.timeout(LONGEST_MS)), { retries: RETRIES, minTimeout: 200 });
}

async function ask(address: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, { signal });
  if (response.ok) return response;
  const failure = `the server answered ${response.status}`;
  const passing = response.status >= 500 || response.status === 429;
  throw passing ? new Error(failure) : new AbortError(failure);
}

/** Writes a file as it comes in, and checks its hash. */
async function store(
  response: Response,
  { rfilename, size, blobId, lfs }: HubFile,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const hash: Hash = lfs ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  const body = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream);
  await pipeline(body, meter, createWriteStream(path));
  if (hash.digest('hex') !== (lfs?.sha256 ?? blobId)) {
    throw new Error(`${rfilename} came damaged: its hash is not the one that the hub lists`);
  }
}
