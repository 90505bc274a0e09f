const BLOCK = 512;
const MAX_FILE = 256 * 2 ** 20;

/**
 * The files of a tar archive as they come by, paths without their first folder (GitHub wraps each archive in one). Reads
 * the POSIX ustar format with pax headers, which is what `git archive` writes; the content of a file that is not
 * `wanted` is passed over. Throws where the archive is cut off or is none.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  wanted: (path: string) => boolean,
): AsyncGenerator<{ path: string; content: Buffer }> {
  const source = byteReader(chunks);
  let longPath: string | undefined;
  for (;;) {
    const header = await source.take(BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = octal(header, 124, 12);
    if (octal(header, 148, 8) !== headerSum(header) || !(size <= MAX_FILE)) {
      throw new Error('the archive is no tar file or is damaged');
    }
    const type = String.fromCharCode(header[156]);
    const path = (longPath ?? headerPath(header)).replace(/^[^/]+\//, '');
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x') {
      longPath = paxPath((await source.take(padded)).subarray(0, size));
      continue;
    }
    if ((type === '0' || type === '\0') && wanted(path)) {
      yield { path, content: (await source.take(padded)).subarray(0, size) };
    } else {
      await source.skip(padded);
    }
    longPath = undefined;
  }
}

/** Takes exact numbers of bytes from chunks of any size. */
function byteReader(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const next = async () => {
    const { value, done } = await iterator.next();
    if (done) throw new Error('the archive is cut off');
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

/** The `path` record of a pax header: `<length> path=<value>\n`. */
function paxPath(records: Buffer): string | undefined {
  for (let start = 0; start < records.length; ) {
    const space = records.indexOf(' ', start);
    const length = Number(records.toString('utf8', start, space));
    if (space < 0 || !(length > 0)) return undefined;
    const record = records.toString('utf8', space + 1, start + length - 1);
    if (record.startsWith('path=')) return record.slice(5);
    start += length;
  }
  return undefined;
}

function field(header: Buffer, start: number, length: number): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}

function octal(header: Buffer, start: number, length: number): number {
  return Number.parseInt(field(header, start, length).trim() || '0', 8);
}

/** The sum of a header's bytes, those of the sum itself counted as spaces. */
function headerSum(header: Buffer): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}
