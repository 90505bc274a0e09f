import { describeJson } from '../../foundation';
import { damaged, readFully } from '../stored-tensor';
import { refused } from './pickle-values';

/** Bytes of an entry in its archive. */
export interface ZipEntry {
  name: string;
  begin: number;
  end: number;
}

/** The largest encoders have some thousand entries. */
const MOST_ENTRIES = 100_000;
const LARGEST_DIRECTORY = 10_000_000;
/** Sizes of the fixed parts (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7 to 4.3.16). */
const BYTES = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 };
const SIGNATURES = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
const ENCRYPTED = 1;

/**
 * Returns the entries of a ZIP archive as PyTorch writes it: stored without compression, and found by the directory at its end.
 *
 * @throws InputError for an archive that is cut off, compressed, encrypted, or whose entries overlap, leave the archive or share a name
 */
export function readZipDirectory(file: number, fileSize: number, path: string): Map<string, ZipEntry> {
  const directory = findDirectory(file, fileSize, path);
  const bytes = read(file, directory.begin, directory.end - directory.begin);
  const found: CentralEntry[] = [];
  for (let position = 0; position < bytes.length; ) {
    const entry = centralEntry(bytes, position, path);
    found.push(entry);
    position = entry.next;
    if (found.length > MOST_ENTRIES) throw damaged(path, `has more than ${MOST_ENTRIES} entries`);
  }
  if (found.length !== directory.count)
    throw damaged(path, `its directory has ${found.length} entries instead of ${directory.count}`);
  found.sort((one, other) => one.header - other.header);
  const entries = new Map<string, ZipEntry>();
  let position = 0;
  for (const entry of found) {
    if (entry.header < position)
      throw damaged(path, `the entry ${describeJson(entry.name)} overlaps another`);
    if (entries.has(entry.name)) throw damaged(path, `it has the entry ${describeJson(entry.name)} twice`);
    const begin = dataStart(file, entry, directory.begin, path);
    position = begin + entry.size;
    if (position > directory.begin)
      throw damaged(path, `the entry ${describeJson(entry.name)} ends outside the archive`);
    entries.set(entry.name, { name: entry.name, begin, end: position });
  }
  return entries;
}

/** Reads the record at the end, and before it the one with 64-bit numbers, which PyTorch always writes. */
function findDirectory(file: number, fileSize: number, path: string) {
  const end = fileSize - BYTES.end;
  const last = end < 0 ? undefined : read(file, end, BYTES.end);
  if (last?.readUInt32LE(0) !== SIGNATURES.end)
    throw damaged(path, 'the directory at its end is missing, so it is not complete');
  let [count, size, begin] = [last.readUInt16LE(10), last.readUInt32LE(12), last.readUInt32LE(16)];
  let behind = end;
  const locator = end < BYTES.locator64 ? undefined : read(file, end - BYTES.locator64, BYTES.locator64);
  if (locator?.readUInt32LE(0) === SIGNATURES.locator64) {
    behind = Number(locator.readBigUInt64LE(8));
    const wide = behind + BYTES.end64 + BYTES.locator64 === end ? read(file, behind, BYTES.end64) : undefined;
    if (wide?.readUInt32LE(0) !== SIGNATURES.end64)
      throw damaged(path, 'its directory is not where its end says');
    [count, size, begin] = [32, 40, 48].map((place) => Number(wide.readBigUInt64LE(place)));
  }
  if (begin + size !== behind)
    throw damaged(
      path,
      `its directory takes ${size} bytes from byte ${begin}, which is not where the file ends`,
    );
  if (size > LARGEST_DIRECTORY)
    throw damaged(path, `its directory takes ${size} bytes, at most ${LARGEST_DIRECTORY} are read`);
  return { count, begin, end: behind };
}

interface CentralEntry {
  name: string;
  size: number;
  /** Position of its local header in the file. */
  header: number;
  /** Position of the next entry in the directory. */
  next: number;
}

function centralEntry(bytes: Buffer, position: number, path: string): CentralEntry {
  const fixed = bytes.subarray(position, position + BYTES.central);
  if (fixed.length < BYTES.central || fixed.readUInt32LE(0) !== SIGNATURES.central)
    throw damaged(path, 'its directory is not a list of entries');
  const [flags, method] = [fixed.readUInt16LE(8), fixed.readUInt16LE(10)];
  const nameEnd = position + BYTES.central + fixed.readUInt16LE(28);
  const extraEnd = nameEnd + fixed.readUInt16LE(30);
  const next = extraEnd + fixed.readUInt16LE(32);
  if (next > bytes.length) throw damaged(path, 'its directory ends in the middle of an entry');
  const name = bytes.toString('utf8', position + BYTES.central, nameEnd);
  if (!isInside(name)) throw refused(path, `the entry ${describeJson(name)}, a path out of the archive`);
  if (flags & ENCRYPTED || method !== 0)
    throw refused(path, `the entry ${describeJson(name)}, which is compressed or encrypted`);
  // Numbers that do not fit are in the extra field, in this order.
  const wide = wideNumbers(bytes.subarray(nameEnd, extraEnd));
  const [size, packed, header] = [24, 20, 42].map((place) => {
    const own = fixed.readUInt32LE(place);
    return own === 0xffffffff ? (wide.shift() ?? own) : own;
  });
  if (size !== packed) throw damaged(path, `the entry ${describeJson(name)} has two sizes`);
  return { name, size, header, next };
}

function wideNumbers(extra: Buffer): number[] {
  for (let position = 0; position + 4 <= extra.length; ) {
    const end = position + 4 + extra.readUInt16LE(position + 2);
    if (extra.readUInt16LE(position) === 1 && end <= extra.length)
      return Array.from({ length: (end - position - 4) >> 3 }, (_, index) =>
        Number(extra.readBigUInt64LE(position + 4 + 8 * index)),
      );
    position = end;
  }
  return [];
}

/** Nothing is unpacked, but a name such as `../x` shows what an archive is for. */
const isInside = (name: string): boolean =>
  !/[\\\0]/.test(name) && name.split('/').every((part) => part !== '' && part !== '..' && part !== '.');

/** The local header has its own lengths of name and padding. */
function dataStart(
  file: number,
  { name, header }: CentralEntry,
  directoryBegin: number,
  path: string,
): number {
  const length = BYTES.local + Buffer.byteLength(name);
  const local = header + length <= directoryBegin ? read(file, header, length) : undefined;
  if (local?.readUInt32LE(0) !== SIGNATURES.local || local.toString('utf8', BYTES.local) !== name)
    throw damaged(path, `the entry ${describeJson(name)} is not where its directory says`);
  if (local.readUInt16LE(26) !== length - BYTES.local)
    throw damaged(path, `the entry ${describeJson(name)} has two names`);
  return header + length + local.readUInt16LE(28);
}

function read(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readFully(file, bytes, position);
  return bytes;
}
