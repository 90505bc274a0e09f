import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AbortError } from 'p-retry';
import { isRunning } from './running';

const MOST_REDIRECTS = 5;
/** Maximum time without data during a download. */
const STALL_MS = 60_000;

/**
 * Requests a file from a server. Follows a few redirects, never from https to http. Throws p-retry's AbortError for responses that
 * a retry would not change.
 */
export async function openDownload(
  address: string,
  signal: AbortSignal,
  headers?: Record<string, string>,
): Promise<Response> {
  let place = new URL(address);
  if (place.username || place.password)
    throw new AbortError('an address with a password is not supported; leave the password out');
  for (let redirects = 0; ; redirects++) {
    const response = await beforeStall(fetch(place, { signal, headers, redirect: 'manual' }));
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location) {
      await response.body?.cancel();
      place = redirectedTo(place, location, redirects);
      continue;
    }
    if (response.ok) return response;
    await response.body?.cancel();
    const failure = `the server answered ${response.status}`;
    const passing = response.status >= 500 || response.status === 429;
    throw passing ? new Error(failure) : new AbortError(failure);
  }
}

function redirectedTo(from: URL, location: string, redirects: number): URL {
  if (redirects === MOST_REDIRECTS) throw new AbortError('the server redirects too many times');
  if (!URL.canParse(location, from)) throw new AbortError('the server redirects to an invalid address');
  const to = new URL(location, from);
  const isWeb = to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
  if (!isWeb || to.username || to.password)
    throw new AbortError(`the server redirects to ${withoutCredentials(to.href)}, which is not followed`);
  return to;
}

/** Yields the chunks of a body as they arrive. Throws as soon as they exceed `most` bytes, or after a minute without data. */
export async function* piecesOf(response: Response, most: number, what: string): AsyncGenerator<Buffer> {
  const reader = response.body?.getReader();
  if (!reader) return;
  let bytes = 0;
  try {
    for (;;) {
      const { value, done } = await beforeStall(reader.read());
      if (done) return;
      bytes += value.length;
      if (bytes > most) throw new AbortError(`${what} is larger than the ${most} bytes allowed`);
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  } finally {
    await reader.cancel().catch(() => {}); // Closes the connection if there is more.
  }
}

async function beforeStall<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stall = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no data arrived for a minute')), STALL_MS);
  });
  try {
    return await Promise.race([reading, stall]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a whole body of at most `most` bytes as text. */
export async function textOf(response: Response, most: number, what: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of piecesOf(response, most, what)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** Returns an address that is safe to show and store: without user name, password and query, which may contain tokens. */
export function withoutCredentials(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // An unescaped password makes the address invalid: remove everything up to the last @.
  if (!url?.host) return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1');
  if (!url.username && !url.password && !url.search) return address;
  for (const part of ['username', 'password', 'search'] as const) url[part] = '';
  return url.href.replace(/\/$/, '');
}

/** Describes in a few words why a download failed. */
export function downloadFailure(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return 'it took too long';
  return cause?.code ?? cause?.message ?? message;
}

/** Creates a temporary folder beside another, named after this process. Removes those left by killed processes. */
export function temporaryNeighbour(folder: string): string {
  const [parent, prefix] = [dirname(folder), `.${basename(folder)}.download-`];
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d{1,9}$/.test(owner) && !isRunning(Number(owner)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
  return join(parent, `${prefix}${process.pid}`);
}

/** Renames a complete folder into place. If another process finished first, its folder is kept: the two are equivalent. */
export function moveIntoPlace(temporary: string, folder: string): void {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
