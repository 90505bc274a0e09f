import { InputError, kindOfContent } from '../foundation';
import { type ContentFormat, formatOfContent, openingOfText } from '../inference';
import { articleText, jatsToParagraphs } from '../preprocessing';
import type { PageInput } from './messages';

/** A text to annotate, with the id that `falconframes annotate` would give it; `place` starts error messages. */
export interface ReadInput {
  id: string;
  text: string;
  place: string;
}

/** Bytes of a file. The command line reads larger ones. */
export const LARGEST_FILE = 32 << 20;
export const tooLarge = (place: string): string =>
  `${place}: larger than ${LARGEST_FILE >> 20} MiB; use \`falconframes annotate\``;

/**
 * Reads what the user gave: text as it is; of a file its text, in JATS the text of its paragraphs, as `falconframes annotate` does.
 *
 * @throws InputError for an empty text, and for a file that is neither text nor one JATS article
 */
export async function readInput(input: PageInput): Promise<ReadInput> {
  if (input.kind === 'text') return filled({ id: '-', text: input.text, place: 'The text' });
  const place = input.kind === 'pmc' ? input.id : input.name;
  const id = input.kind === 'pmc' ? input.id : withoutExtension(input.name);
  const content = await textOf(new Uint8Array(input.content), place);
  if (content.trim() === '') return filled({ id, text: content, place });
  const format = formatOfContent(openingOfText(content), undefined);
  if (format === 'text') return { id, text: content, place };
  if (format === 'jats') return filled({ id, text: articleText(jatsToParagraphs(content, place)), place });
  throw new InputError(
    `${place}: ${typeof format === 'object' ? format.refusal : `${OTHER_FORMATS[format]}; open plain text or the JATS XML of one article, or use \`falconframes annotate\``}`,
  );
}

function filled(read: ReadInput): ReadInput {
  if (read.text.trim() === '')
    throw new InputError(`${read.place}: is empty; paste a text, or open an article`);
  return read;
}

const OTHER_FORMATS: Record<Exclude<ContentFormat, 'text' | 'jats'>, string> = {
  jsonl: 'holds many documents as JSONL',
  collected: 'is an article as `falconframes collect` stores it',
  'article-set': 'is XML, but not one JATS article',
  bioc: 'is BioC',
  pubtator: 'is PubTator',
  tar: 'is an archive',
};

async function textOf(bytes: Uint8Array, place: string): Promise<string> {
  if (bytes.length > LARGEST_FILE) throw new InputError(tooLarge(place));
  if (kindOfContent(bytes) === 'gzip') return textOf(await unpacked(bytes, place), place);
  const kind = kindOfContent(bytes);
  const refused = formatOfContent({ kind, text: '', isGzip: false }, 'text');
  if (kind !== 'utf-16' && typeof refused === 'object') throw new InputError(`${place}: ${refused.refusal}`);
  const encoding =
    kind !== 'utf-16' ? 'utf-8' : bytes[0] === 0xfe || bytes[0] === 0 ? 'utf-16be' : 'utf-16le';
  try {
    // The command line, too, keeps a byte order mark, so that offsets are those of the file.
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw new InputError(`${place}: is not text in UTF-8; save it as UTF-8`);
}

async function unpacked(bytes: Uint8Array, place: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    for await (const part of chunksOf(stream.pipeThrough(new DecompressionStream('gzip')))) {
      parts.push(part);
      length += part.length;
      if (length > LARGEST_FILE) break;
    }
  } catch {
    throw new InputError(`${place}: is gzip that cannot be unpacked; get the file again`);
  }
  const whole = new Uint8Array(length);
  let next = 0;
  for (const part of parts) {
    whole.set(part, next);
    next += part.length;
  }
  return whole;
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** As the command line names the document in a file. */
function withoutExtension(name: string): string {
  const inner = name.replace(/\.gz$/i, '');
  const dot = inner.lastIndexOf('.');
  return dot > 0 ? inner.slice(0, dot) : inner;
}
