const BLOCK = 512;
/** Bytes of a pax header, which contains a path and a few numbers. */
const LARGEST_HEADER = 64 * 1024;

/** Entries of all kinds, wanted or not. Corpus repositories have some thousands. */
const MOST_ENTRIES = 200_000;

/** Limits known before an archive is read, so that none fills memory or disk. */
export interface ArchiveLimits {
  /** Number of wanted files. */
  files: number;
  /** Total bytes of these files. */
  bytes: number;
}

/** An archive with unexpected content: a retry would return the same. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** An archive that is truncated or damaged. */
export class DamagedArchive extends Error {
  override readonly name = 'DamagedArchive';
}

/**
 * Yields the files of a tar archive in order, with paths without their first folder (GitHub wraps each archive in one). Content
 * that is not `wanted` is skipped.
 *
 * Throws if the archive is truncated or not a tar file, and ArchiveError as soon as it exceeds the limits.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  wanted: (path: string) => boolean,
  limits: ArchiveLimits,
): AsyncGenerator<{ path: string; content: Buffer }> {
  let { files, bytes } = limits;
  for await (const entry of tarEntries(chunks, MOST_ENTRIES)) {
    const path = entry.path.replace(/^[^/]+\//, '');
    if (!entry.isFile || !wanted(path)) continue;
    files -= 1;
    bytes -= entry.size;
    if (files < 0) throw new ArchiveError(`the archive has more than the ${limits.files} files expected`);
    if (bytes < 0) throw new ArchiveError(`its files are larger than the ${limits.bytes} bytes expected`);
    yield { path, content: await entry.read() };
  }
}

/** A file in an archive, or a link, a device, a folder, none of which is ever created. */
export interface TarEntry {
  path: string;
  size: number;
  isFile: boolean;
  /** Reads the content; call it before requesting the next entry. Unread content is skipped. */
  read(): Promise<Buffer>;
}

/**
 * Yields the entries of a tar archive in order. Reads the POSIX ustar format with pax headers, as written by `git archive`, and the
 * long names of GNU tar.
 *
 * Throws DamagedArchive if the archive is truncated or not a tar file.
 */
export async function* tarEntries(
  chunks: AsyncIterable<Uint8Array>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<TarEntry> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    yield* entriesOf(byteReader(iterator), most);
  } finally {
    await iterator.return?.();
  }
}

async function* entriesOf(source: ReturnType<typeof byteReader>, most: number): AsyncGenerator<TarEntry> {
  let longPath: string | undefined;
  for (let entries = 0; ; entries++) {
    if (entries > most) throw new ArchiveError(`the archive has more than ${most} entries`);
    const header = await source.take(BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = octal(header, 124, 12);
    if (size === undefined || octal(header, 148, 8) !== headerSum(header)) throw damaged();
    const type = String.fromCharCode(header[156]);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x' || type === 'L') {
      if (size > LARGEST_HEADER) throw damaged();
      const content = (await source.take(padded)).subarray(0, size);
      longPath = type === 'x' ? (paxPath(content) ?? longPath) : field(content, 0, size);
      continue;
    }
    let isRead = false;
    yield {
      path: longPath ?? headerPath(header),
      size,
      isFile: type === '0' || type === '\0',
      async read() {
        isRead = true;
        return (await source.take(padded)).subarray(0, size);
      },
    };
    if (!isRead) await source.skip(padded);
    longPath = undefined;
  }
}

const damaged = () => new DamagedArchive('the archive is not a tar file, or is damaged');

/** Returns exact numbers of bytes from chunks of any size. */
function byteReader(iterator: AsyncIterator<Uint8Array>) {
  let rest: Buffer = Buffer.alloc(0);
  const next = async () => {
    const { value, done } = await iterator.next();
    if (done) throw new DamagedArchive('the archive is truncated');
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  };
  return {
    async take(count: number): Promise<Buffer> {
      const parts: Buffer[] = [];
      for (let missing = count; missing > 0; ) {
        if (rest.length === 0) rest = await next();
        const part = rest.subarray(0, missing);
        rest = rest.subarray(part.length);
        missing -= part.length;
        parts.push(part);
      }
      return Buffer.concat(parts);
    },
    async skip(count: number): Promise<void> {
      for (let missing = count; missing > 0; ) {
        if (rest.length === 0) rest = await next();
        const passed = Math.min(missing, rest.length);
        rest = rest.subarray(passed);
        missing -= passed;
      }
    },
  };
}

function headerPath(header: Buffer): string {
  const [name, prefix] = [field(header, 0, 100), field(header, 345, 155)];
  return prefix ? `${prefix}/${name}` : name;
}

/** Returns the `path` record of a pax header: `<length> path=<value>\n`, where the length counts the whole record. */
function paxPath(records: Buffer): string | undefined {
  let path: string | undefined;
  for (let start = 0; start < records.length; ) {
    const space = records.indexOf(' ', start);
    const digits = space < 0 ? '' : records.toString('latin1', start, Math.min(space, start + 10));
    const end = start + Number(digits);
    const isRecord = /^[1-9]\d{0,8}$/.test(digits) && end > space && end <= records.length;
    if (!isRecord || records[end - 1] !== 0x0a) throw damaged();
    const record = records.toString('utf8', space + 1, end - 1);
    if (record.startsWith('path=')) path = record.slice(5);
    start = end;
  }
  return path;
}

function field(header: Buffer, start: number, length: number): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}

/** Parses an octal number; undefined if the field contains anything else, such as a sign or GNU's binary numbers. */
function octal(header: Buffer, start: number, length: number): number | undefined {
  const digits = field(header, start, length).trim();
  if (digits === '') return 0;
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Returns the sum of a header's bytes, with those of the checksum field counted as spaces. */
function headerSum(header: Buffer): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}
