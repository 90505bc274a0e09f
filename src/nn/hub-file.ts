import { createHash, type Hash } from 'node:crypto';
import { open, stat, truncate } from 'node:fs/promises';
import pRetry from 'p-retry';
import { downloadFailure, openDownload, piecesOf } from '../foundation';

/** A file as listed by the hub: large ones by SHA-256, small ones by git's hash. */
export interface HubFile {
  name: string;
  size: number;
  hash: { kind: 'sha256' | 'git'; hex: string };
}

const RETRIES = 3;
/** For one attempt: a slow connection takes about half an hour for a gigabyte. */
const LONGEST_MS = 30 * 60_000;

/** Retries a few times, since connections fail. */
export function attempt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return pRetry(() => work(AbortSignal.timeout(LONGEST_MS)), { retries: RETRIES, minTimeout: 200 });
}

/** The part of a file that has been written completely, and its hash. */
interface Part {
  received: number;
  hash: Hash;
}

/**
 * Downloads a file to a path, and checks its size and hash. A retry requests only what is missing; if the whole has another hash,
 * the file is downloaded from the start.
 *
 * @param onReceived called with the bytes of the file that have arrived
 */
export async function fetchHubFile(
  address: string,
  file: HubFile,
  path: string,
  onReceived: (bytes: number) => void,
): Promise<void> {
  const { name, size, hash: expected } = file;
  let part = nothingOf(file);
  await attempt(async (signal) => {
    if (part.received === 0 || part.received < size) {
      const range = part.received > 0 ? { range: `bytes=${part.received}-` } : undefined;
      const response = await openDownload(address, signal, range);
      if (!continues(response, part)) part = nothingOf(file);
      await receive(response, part, file, path, onReceived);
    }
    if (part.received < size)
      throw new Error(`${name} is damaged: ${part.received} of ${size} bytes arrived`);
    const { size: written } = await stat(path);
    if (written !== size) {
      part = nothingOf(file);
      throw new Error(`${name} is damaged: the disk holds ${written} of ${size} bytes`);
    }
    const found = part.hash.copy().digest('hex');
    if (found !== expected.hex) {
      part = nothingOf(file);
      throw new Error(`${name} is damaged: its hash differs from the one listed by the hub`);
    }
  }).catch((error: unknown) => {
    const failure = downloadFailure(error);
    throw new Error(failure.startsWith(name) ? failure : `${name}: ${failure}`);
  });
}

function nothingOf({ size, hash: { kind } }: HubFile): Part {
  const hash = createHash(kind === 'sha256' ? 'sha256' : 'sha1');
  if (kind === 'git') hash.update(`blob ${size}\0`);
  return { received: 0, hash };
}

/** Returns whether a response is the rest of a file. Servers may ignore a range and send all of it. */
const continues = ({ status, headers }: Response, { received }: Part): boolean =>
  received > 0 && status === 206 && !!headers.get('content-range')?.startsWith(`bytes ${received}-`);

/** Appends a response to the file; what counts as received has been written. */
async function receive(
  response: Response,
  part: Part,
  { name, size }: HubFile,
  path: string,
  onReceived: (bytes: number) => void,
): Promise<void> {
  // A piece that could not be written, as on a full disk, may have left its beginning.
  if (part.received > 0) await truncate(path, part.received);
  const output = await open(path, part.received > 0 ? 'a' : 'w');
  try {
    for await (const piece of piecesOf(response, size - part.received, name)) {
      await output.appendFile(piece);
      part.hash.update(piece);
      part.received += piece.length;
      onReceived(part.received);
    }
  } finally {
    await output.close();
  }
}
