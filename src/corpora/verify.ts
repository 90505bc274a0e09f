import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFolder, InputError, sha256OfFile, writeFileAtomically } from '../foundation';
import { matchPath, pathRules, type Source } from './sources';

interface FileHash {
  path: string;
  sha256: string;
}

/**
 * Throws InputError naming the damaged or missing file if a folder differs from what `data/sources.json` pins. The result is cached
 * under the sizes and times of the files, so that files are read once.
 */
export function verifySource(source: Source, folder: string): void {
  const files = filesOf(source, folder);
  const stamp = createHash('sha256').update(source.sha256);
  for (const path of files) {
    const { size, mtimeMs } = statSync(join(folder, path));
    stamp.update(`\n${path} ${size} ${mtimeMs}`);
  }
  const verdict = stamp.digest('hex');
  const verdictFile = join(cacheFolder(), 'verified', `${source.folder}.sha256`);
  if (existsSync(verdictFile) && readFileSync(verdictFile, 'utf8') === verdict) return;

  const hashes = hashFiles(folder, files);
  if (files.length !== source.files || checksumOf(hashes) !== source.sha256) {
    const otherwise = source.repository ? ', or remove it to download it again' : '';
    throw new InputError(
      `${folder}: ${difference(source, folder, hashes)}; restore the folder from ${origin(source)}${otherwise}`,
    );
  }
  try {
    writeFileAtomically(verdictFile, verdict);
  } catch {
    // If the cache cannot be written, the next run only has to verify again.
  }
}

/** SHA-256 over one line per file, `<sha256>  <path>` and a line feed, sorted by the paths' UTF-16 code units. */
export function checksumOf(hashes: readonly FileHash[]): string {
  const sorted = [...hashes].sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash('sha256');
  for (const { path, sha256 } of sorted) hash.update(`${sha256}  ${path}\n`);
  return hash.digest('hex');
}

/** Returns the files of a folder that belong to the source; other files are ignored. */
export function filesOf(source: Source, folder: string): string[] {
  const rules = pathRules(source);
  return listFiles(folder)
    .filter((path) => rules.length === 0 || rules.some(({ to }) => matchPath(to, path) !== undefined))
    .sort();
}

export function hashFiles(folder: string, files: readonly string[]): FileHash[] {
  return files.map((path) => ({
    path,
    sha256: sha256OfFile(join(folder, path)),
  }));
}

export function origin({ repository, commit }: Source): string {
  return repository ? `github.com/${repository} at ${commit}` : 'where it was collected';
}

/** Lists regular files and links to them; linked folders, pipes and devices are skipped. */
function listFiles(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return listFiles(folder, path);
    return entry.isFile() || (entry.isSymbolicLink() && namesFile(join(folder, path))) ? [path] : [];
  });
}

function namesFile(link: string): boolean {
  try {
    return statSync(link).isFile();
  } catch {
    return false; // a broken or circular link
  }
}

/** Describes which file is missing or changed, as far as a SHA256SUMS beside the folder shows. */
function difference(source: Source, folder: string, found: readonly FileHash[]): string {
  const have = new Map(found.map(({ path, sha256 }) => [path, sha256]));
  const missing: string[] = [];
  const damaged: string[] = [];
  for (const { path, sha256 } of knownHashes(folder)) {
    if (!have.has(path)) missing.push(path);
    else if (have.get(path) !== sha256) damaged.push(path);
  }
  const name = (paths: string[]) =>
    paths.length > 1 ? `${paths[0]} and ${paths.length - 1} more files` : paths[0];
  if (damaged.length > 0) return `${name(damaged)} differs from the published checksum`;
  if (missing.length > 0) return `${name(missing)} is missing`;
  if (found.length !== source.files) return `${found.length} files where the source has ${source.files}`;
  return 'a file differs from the published checksum';
}

function knownHashes(folder: string): FileHash[] {
  const [sums, prefix] = [
    [join(folder, 'SHA256SUMS'), './'], // a download writes it
    [join(dirname(folder), 'SHA256SUMS'), `./${basename(folder)}/`], // a mirror may have it
  ].find(([path]) => existsSync(path)) ?? ['', ''];
  if (sums === '') return [];
  return readFileSync(sums, 'utf8')
    .split('\n')
    .map((line) => ({ sha256: line.slice(0, 64), path: line.slice(66) }))
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ sha256, path }) => ({ sha256, path: path.slice(prefix.length) }));
}
