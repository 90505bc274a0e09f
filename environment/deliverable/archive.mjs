// Writes the zip, the same bytes for the same files, and reads zips of others.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { InputError } from 'falconframes/foundation';
import yauzl from 'yauzl';
import yazl from 'yazl';

/** What a zip may hold: far more than ours, little enough for any disk. */
const MOST_FILES = 20_000;
const MOST_BYTES = 500e6;

/** Four bits of the mode that Unix programs put into a zip; 8 is a regular file, 4 a folder, 0 unknown. */
const REGULAR = 8;
const FOLDER = 4;

/**
 * Packs files in the given order. Times are the given one, in any time zone; permissions are 644 or 755.
 *
 * @param files [{ path, content, executable }] @returns the bytes of the zip
 */
export async function zipOf(files, time) {
  const zip = new yazl.ZipFile();
  // A zip stores the hour that the clock on the wall shows; the other form of the time, in UTC, is left out.
  const wall = new Date(
    ...[time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()],
    ...[time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()],
  );
  for (const { path, content, executable } of files) {
    const mode = executable ? 0o100755 : 0o100644;
    zip.addBuffer(content, path, { mtime: wall, mode, forceDosTimestamp: true, compressionLevel: 9 });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/**
 * Unpacks a zip into an empty folder. Refused are paths that leave the folder, links and devices, names given twice, encryption,
 * and more than 20,000 files or 500 MB.
 *
 * @returns the paths in the order of the zip
 */
export async function unpackZip(file, folder) {
  const refuse = (reason) => new InputError(`${file}: ${reason}; nothing of it was run`);
  const paths = [];
  const seen = new Set();
  let bytes = 0;
  let zip;
  try {
    zip = await yauzl.openPromise(file, { strictFileNames: true });
  } catch (error) {
    if (error.code) throw error;
    throw refuse(`cannot be read as a zip (${error.message})`);
  }
  try {
    if (zip.entryCount > MOST_FILES) throw refuse(`holds ${zip.entryCount} files, more than ${MOST_FILES}`);
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      const kind = entry.externalFileAttributes >>> 28;
      if (name.endsWith('/')) continue;
      if (kind !== REGULAR && kind !== 0)
        throw refuse(
          `${name} is ${kind === FOLDER ? 'a folder with the name of a file' : 'a link or a device'}`,
        );
      if (entry.isEncrypted()) throw refuse(`${name} is encrypted`);
      // The same file on systems that do not tell capital letters.
      if (seen.has(name.toLowerCase())) throw refuse(`holds ${name} twice`);
      seen.add(name.toLowerCase());
      bytes += entry.uncompressedSize;
      if (bytes > MOST_BYTES) throw refuse(`unpacks to more than ${MOST_BYTES / 1e6} MB`);
      const content = await buffer(await zip.openReadStreamPromise(entry));
      const place = join(folder, name);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, content, {
        flag: 'wx',
        mode: (entry.externalFileAttributes >>> 16) & 0o100 ? 0o755 : 0o644,
      });
      paths.push(name);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw refuse(`is damaged or unsafe (${error.message})`);
  } finally {
    zip.close();
  }
  return paths;
}
