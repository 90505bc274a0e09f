import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import pRetry, { AbortError } from 'p-retry';
import {
  downloadFailure,
  InputError,
  moveIntoPlace,
  openDownload,
  type Progress,
  piecesOf,
  showProgress,
  temporaryNeighbour,
  withoutCredentials,
} from '../foundation';
import { matchPath, pathRules, type Source } from './sources';
import { ArchiveError, readTar } from './tar';
import { checksumOf, filesOf, hashFiles } from './verify';

const RETRIES = 3;
const LONGEST_MS = 30 * 60_000;
/** Maximum bytes of a whole repository, packed or unpacked; we keep at most 16 MB of one. */
const LARGEST_ARCHIVE = 512 * 2 ** 20;
const LARGEST_UNPACKED = 2 * 2 ** 30;
/** Maximum ratio of unpacked to downloaded bytes. Text reaches 20; zeros, which no repository contains, 1000. */
const LARGEST_RATIO = 100;
/** Bytes that may be unpacked before the ratio is checked. */
const UNPACKED_FREELY = 16 * 2 ** 20;

/** Returns the address of a source's archive; FALCONFRAMES_SOURCES_URL replaces https://github.com. */
export function archiveAddress({ repository, commit }: Source): string {
  const base = process.env.FALCONFRAMES_SOURCES_URL ?? 'https://github.com';
  return `${base.replace(/\/$/, '')}/${repository}/archive/${commit}.tar.gz`;
}

/**
 * Downloads a source into `folder`: the archive of the pinned commit is unpacked into a temporary folder beside it, checked against
 * the pinned checksum, then renamed. `folder` is either complete or absent, whatever happens.
 */
export async function downloadSource(source: Source, folder: string): Promise<void> {
  if (!source.repository || source.paths.length === 0) {
    throw new InputError(
      `${source.folder}: this source cannot be downloaded; set FALCONFRAMES_MIRROR to a folder that has "${source.folder}" in it`,
    );
  }
  const temporary = temporaryNeighbour(folder);
  const progress = showProgress(`Downloading ${source.folder}`);
  try {
    await pRetry(() => fetchInto(temporary, source, progress), {
      retries: RETRIES,
      minTimeout: 200,
    });
    const hashes = hashFiles(temporary, filesOf(source, temporary));
    if (hashes.length !== source.files || checksumOf(hashes) !== source.sha256)
      throw new ArchiveError(`checksum differs, ${hashes.length} of ${source.files} files`);
    const sums = hashes.map(({ sha256, path }) => `${sha256}  ./${path}\n`).join('');
    writeFileSync(join(temporary, 'SHA256SUMS'), sums);
    moveIntoPlace(temporary, folder);
  } catch (error) {
    throw cannotDownload(source, error as Error);
  } finally {
    progress.end();
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Makes one attempt: writes the files matched by the rules as they are unpacked. */
async function fetchInto(temporary: string, source: Source, progress: Progress): Promise<void> {
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  const abort = new AbortController();
  try {
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(LONGEST_MS)]);
    const response = await openDownload(archiveAddress(source), signal);
    const arrived = { bytes: 0 };
    const rules = pathRules(source);
    const wanted = (path: string) => target(rules, path) !== undefined;
    let written = 0;
    for await (const { path, content } of readTar(unpack(response, arrived), wanted, source)) {
      const file = join(temporary, target(rules, path) as string);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      progress.update(++written, source.files, `${(arrived.bytes / 1e6).toFixed(1)} MB`);
    }
  } catch (error) {
    throw error instanceof ArchiveError ? new AbortError(error) : error;
  } finally {
    abort.abort();
  }
}

/** Unpacks a gzipped body; `arrived` counts its packed bytes. */
async function* unpack(response: Response, arrived: { bytes: number }): AsyncGenerator<Buffer> {
  const pieces = async function* () {
    for await (const piece of piecesOf(response, LARGEST_ARCHIVE, 'the archive')) {
      arrived.bytes += piece.length;
      yield piece;
    }
  };
  const compressed = Readable.from(pieces());
  const archive = createGunzip();
  compressed.on('error', (error) => archive.destroy(error)).pipe(archive);
  let bytes = 0;
  try {
    for await (const piece of archive) {
      bytes += piece.length;
      if (bytes > Math.min(LARGEST_UNPACKED, UNPACKED_FREELY + LARGEST_RATIO * arrived.bytes))
        throw new ArchiveError('it unpacks to far more than a text archive should');
      yield piece;
    }
  } finally {
    archive.destroy();
    compressed.destroy();
  }
}

/** Returns the path of a repository file in our folder; undefined if no rule matches. */
function target(rules: ReturnType<typeof pathRules>, path: string): string | undefined {
  for (const { from, to } of rules) {
    const star = matchPath(from, path);
    if (star !== undefined) return to.replace('*', () => star);
  }
  return undefined;
}

function cannotDownload(source: Source, error: Error): InputError {
  const address = withoutCredentials(archiveAddress(source));
  const otherwise = `set FALCONFRAMES_MIRROR to a folder that has "${source.folder}" in it`;
  return new InputError(
    error instanceof ArchiveError
      ? `${source.folder}: the download from ${address} is not the pinned data (${error.message}); nothing was kept; try again later, or ${otherwise}`
      : `${source.folder}: cannot be downloaded from ${address} (${downloadFailure(error)}); go online, or ${otherwise}`,
  );
}
