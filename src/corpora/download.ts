import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import pRetry, { AbortError } from 'p-retry';
import { InputError, type Progress, showProgress } from '../foundation';
import { matchPath, pathRules, type Source } from './sources';
import { readTar } from './tar';
import { checksumOf, filesOf, hashFiles } from './verify';

const RETRIES = 3;
const STALL_MS = 60_000;

/** Where a source's archive is; FALCONFRAMES_SOURCES_URL puts another address in the place of https://github.com. */
export function archiveAddress({ repository, commit }: Source): string {
  const base = process.env.FALCONFRAMES_SOURCES_URL ?? 'https://github.com';
  return `${base.replace(/\/$/, '')}/${repository}/archive/${commit}.tar.gz`;
}

/**
 * Downloads a source into `folder`: the archive of the pinned commit, unpacked into a temporary neighbour, checked
 * against the pinned checksum, then moved. Whatever happens, `folder` holds the whole source or is not there.
 */
export async function downloadSource(source: Source, folder: string): Promise<void> {
  if (!source.repository || source.paths.length === 0) {
    throw new InputError(
      `${source.folder}: this source cannot be downloaded; set FALCONFRAMES_MIRROR to a folder that has "${source.folder}" in it`,
    );
  }
  const temporary = temporaryFolder(folder);
  const progress = showProgress(`Downloading ${source.folder}`);
  try {
    await pRetry(() => fetchInto(temporary, source, progress), {
      retries: RETRIES,
      minTimeout: 200,
    });
    const hashes = hashFiles(temporary, filesOf(source, temporary));
    if (hashes.length !== source.files || checksumOf(hashes) !== source.sha256) {
      throw new InputError(
        `${source.folder}: what came from ${archiveAddress(source)} is not the pinned data (checksum differs, ${hashes.length} of ${source.files} files); nothing was kept: try again later or set FALCONFRAMES_MIRROR to a folder that has "${source.folder}" in it`,
      );
    }
    const sums = hashes.map(({ sha256, path }) => `${sha256}  ./${path}\n`).join('');
    writeFileSync(join(temporary, 'SHA256SUMS'), sums);
    renameSync(temporary, folder);
  } catch (error) {
    throw error instanceof InputError ? error : cannotDownload(source, error as Error);
  } finally {
    progress.end();
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** One attempt: the files that the rules name, written as they come out of the archive. */
async function fetchInto(temporary: string, source: Source, progress: Progress): Promise<void> {
  rmSync(temporary, { recursive: true, force: true });
  const abort = new AbortController();
  let stalled = setTimeout(() => abort.abort(), STALL_MS);
  try {
    const response = await fetch(archiveAddress(source), { signal: abort.signal });
    if (!response.ok || !response.body) {
      const failure = `the server answered ${response.status}`;
      const passing = response.status >= 500 || response.status === 429;
      throw passing ? new Error(failure) : new AbortError(failure);
    }
    let bytes = 0;
    const compressed = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream);
    compressed.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      clearTimeout(stalled);
      stalled = setTimeout(() => abort.abort(), STALL_MS);
    });
    const archive = createGunzip();
    compressed.on('error', (error) => archive.destroy(error)).pipe(archive);

    const rules = pathRules(source);
    let written = 0;
    for await (const { path, content } of readTar(archive, (path) => target(rules, path) !== undefined)) {
      const file = join(temporary, target(rules, path) as string);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      progress.update(++written, source.files, `${(bytes / 1e6).toFixed(1)} MB`);
    }
  } finally {
    clearTimeout(stalled);
    abort.abort();
  }
}

/** Where a file of the repository goes in our folder; undefined where no rule names it. */
function target(rules: ReturnType<typeof pathRules>, path: string): string | undefined {
  for (const { from, to } of rules) {
    const star = matchPath(from, path);
    if (star !== undefined) return to.replace('*', star);
  }
  return undefined;
}

/** A neighbour that bears this process's number; those of processes that were killed are removed. */
function temporaryFolder(folder: string): string {
  mkdirSync(dirname(folder), { recursive: true });
  const prefix = `.${basename(folder)}.download-`;
  for (const name of readdirSync(dirname(folder))) {
    if (!name.startsWith(prefix)) continue;
    try {
      process.kill(Number(name.slice(prefix.length)), 0);
    } catch {
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
    }
  }
  return join(dirname(folder), `${prefix}${process.pid}`);
}

function cannotDownload(source: Source, error: Error): InputError {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  const reason =
    error.name === 'AbortError' && !error.message.includes('answered')
      ? 'no data came for a minute'
      : (cause?.code ?? error.message);
  return new InputError(
    `${source.folder}: cannot be downloaded from ${archiveAddress(source)} (${reason}); go online, or set FALCONFRAMES_MIRROR to a folder that has "${source.folder}" in it`,
  );
}
