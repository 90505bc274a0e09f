import { createReadStream, type ReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { sourcesOfLines } from './lines';
import { type DocumentFormat, type InputFile, LARGEST, type Source, TOO_LARGE } from './sources';

/** What the files hold, in order. JSONL is read here piece by piece; whole files are opened by the worker that takes them. */
export async function* openSources(files: readonly InputFile[]): AsyncGenerator<Source> {
  for (const { path, id, format, bytes } of files) {
    if (format !== 'jsonl') yield { kind: 'file', place: path, bytes, id, format, path };
    else {
      const stream = createReadStream(path);
      const isGzip = /\.gz$/i.test(path);
      yield* untilDamaged(
        sourcesOfLines(isGzip ? gunzip(stream) : stream, path, () => stream.bytesRead),
        path,
      );
    }
  }
}

/** What standard input holds, gzip or not; its first characters tell the format unless `format` does. */
export async function* openStandardInput(
  input: AsyncIterable<Uint8Array>,
  format?: DocumentFormat,
): AsyncGenerator<Source> {
  const place = 'standard input';
  const packed = await withOpening(input, (bytes) => bytes.length >= 2);
  const plain = isGzip(packed.opening) ? gunzip(packed.chunks) : packed.chunks;
  yield* untilDamaged(sourcesOfPlain(plain, place, format), place);
}

async function* sourcesOfPlain(
  input: AsyncIterable<Uint8Array>,
  place: string,
  format?: DocumentFormat,
): AsyncGenerator<Source> {
  const { opening, chunks } = await withOpening(
    input,
    (bytes) => bytes.toString('latin1').trimStart().length >= LONGEST_OPENING,
  );
  const found = format ?? formatOf(opening.toString('utf8'));
  if (found === 'jsonl') yield* sourcesOfLines(chunks, place, () => 0);
  else {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of chunks) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes > LARGEST) return yield { kind: 'damaged', place, bytes, reason: TOO_LARGE };
    }
    yield { kind: 'content', place, bytes, id: '-', format: found, content: Buffer.concat(parts) };
  }
}

const LONGEST_OPENING = '\u00ef\u00bb\u00bf<!DOCTYPE'.length;

function formatOf(head: string): DocumentFormat {
  const opening = head.replace(/^\ufeff/, '').trimStart();
  if (opening.startsWith('{')) return 'jsonl';
  return /^<(\?xml|!DOCTYPE|!--|article)/.test(opening) ? 'jats' : 'text';
}

export function isGzip(content: Uint8Array): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}

/** The first bytes, as many as suffice or all there are, and the whole stream with them. */
async function withOpening(
  input: AsyncIterable<Uint8Array>,
  suffices: (opening: Buffer) => boolean,
): Promise<{ opening: Buffer; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = input[Symbol.asyncIterator]();
  let opening = Buffer.alloc(0);
  while (!suffices(opening)) {
    const { value, done } = await iterator.next();
    if (done) break;
    opening = Buffer.concat([opening, value]);
  }
  const chunks = (async function* () {
    if (opening.length > 0) yield opening;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  return { opening, chunks };
}

function gunzip(packed: ReadStream | AsyncIterable<Uint8Array>): Readable {
  const unpacked = createGunzip();
  pipeline(packed, unpacked, () => {}); // whoever reads `unpacked` is told of errors
  return unpacked;
}

/** What cannot be read on is told in its place, and what follows is done. */
async function* untilDamaged(sources: AsyncIterable<Source>, place: string): AsyncGenerator<Source> {
  try {
    yield* sources;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    const isOfSystem = /^E[A-Z]+$/.test(code);
    const reason = isOfSystem ? `cannot be read (${code})` : `cannot be unpacked (${message})`;
    yield { kind: 'damaged', place, bytes: 0, reason: `${reason} to its end; get the file again` };
  }
}
