import { rootElement } from './xml/doctype';

/** Kind of a file's content, detected from its first bytes, not its name. */
export type ContentKind =
  | 'text'
  | 'json-object'
  | 'json-array'
  | 'bioc-json'
  | 'bioc-xml'
  | 'pubtator'
  | 'xml'
  | 'gzip'
  | 'utf-16'
  | keyof typeof UNUSABLE;

/** Kinds that no reader accepts, each with a phrase that names it and says what to do. */
const UNUSABLE = {
  zip: 'is a ZIP archive; unpack it and give the files in it',
  office: 'is an office document; save it as plain text',
  compressed: 'is compressed with bzip2, xz, zstd, 7-Zip or RAR; unpack it, or compress it with gzip',
  tar: 'is a tar archive; unpack it and give the files in it',
  pdf: 'is a PDF; give the article as JATS XML, or its text (pdftotext writes it)',
  postscript: 'is PostScript; give the article as JATS XML, or its text',
  html: 'is HTML; give the article as JATS XML, or its text without markup',
  rtf: 'is RTF; save it as plain text',
  image: 'is an image; give text',
  parquet: 'is a Parquet or Arrow table; export it as JSONL',
  sqlite: 'is an SQLite database; export its texts as JSONL',
  'utf-32': 'is UTF-32; save it as UTF-8',
  'git-lfs-pointer': 'is a Git LFS pointer, not the file itself; fetch the file with `git lfs pull`',
  binary: 'contains NUL bytes, so it is not text; give text in UTF-8',
} as const;

/** Returns why no reader accepts a kind of content, as a phrase to follow the file's name; undefined if one does. */
export function whyUnusable(kind: ContentKind): string | undefined {
  return Object.hasOwn(UNUSABLE, kind) ? UNUSABLE[kind as keyof typeof UNUSABLE] : undefined;
}

/** Number of bytes that `kindOfContent` examines. */
export const OPENING_BYTES = 4096;

/** Returns the kind of a content from its first `OPENING_BYTES`. Gzip and UTF-16 hide theirs: unpack or decode, then call again. */
export function kindOfContent(opening: Uint8Array): ContentKind {
  const bytes = opening.subarray(0, OPENING_BYTES);
  // No Buffer: this also runs in browsers. Spreading the bytes as arguments would take ten times as long.
  const latin: string = Reflect.apply(String.fromCharCode, undefined, bytes);
  const signed = kindOfSignature(latin);
  if (signed) return signed;
  if (isTar(bytes, latin)) return 'tar';
  if (latin.includes('\0')) return isBareUtf16(bytes) ? 'utf-16' : 'binary';
  return kindOfText(latin.replace(/^\u00ef\u00bb\u00bf/, '').trimStart());
}

/** Magic bytes of each format, one character per byte. */
const SIGNATURES: readonly (readonly [ContentKind, ...string[]])[] = [
  ['gzip', '\x1f\x8b'],
  ['zip', 'PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'],
  ['office', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['compressed', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd', '7z\xbc\xaf\x27\x1c', 'Rar!\x1a\x07'],
  ['pdf', '%PDF-', '\xef\xbb\xbf%PDF-', '\n%PDF-', '\r\n%PDF-'],
  ['postscript', '%!PS', '\xc5\xd0\xd3\xc6'],
  ['rtf', '{\\rtf'],
  ['image', '\x89PNG\r\n', '\xff\xd8\xff', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*'],
  ['parquet', 'PAR1\x15', 'PAR1\0', 'ARROW1\0'],
  ['sqlite', 'SQLite format 3\0'],
  ['utf-32', '\xff\xfe\0\0', '\0\0\xfe\xff'],
  ['utf-16', '\xff\xfe', '\xfe\xff'],
  ['git-lfs-pointer', 'version https://git-lfs.github.com/spec/'],
];

function kindOfSignature(latin: string): ContentKind | undefined {
  if (/^BZh[1-9]1AY&SY/.test(latin)) return 'compressed';
  const [kind] =
    SIGNATURES.find(([, ...signatures]) => signatures.some((signature) => latin.startsWith(signature))) ?? [];
  return kind === 'zip' && OFFICE_ENTRY.test(latin.slice(30)) ? 'office' : kind;
}

/** First entry of a ZIP archive written by an office program. */
const OFFICE_ENTRY = /^(?:\[Content_Types\]|_rels\/|docProps\/|word\/|xl\/|ppt\/|mimetypeapplication\/vnd)/;

/** Checks the header of the first entry for the magic `ustar` or, in the older format, a valid checksum. */
function isTar(bytes: Uint8Array, latin: string): boolean {
  if (bytes.length < 512) return false;
  if (latin.slice(257, 262) === 'ustar') return true;
  const written = /^[ 0]*([0-7]{3,6})[ \0]/.exec(latin.slice(148, 156))?.[1];
  if (!written) return false;
  let sum = 8 * 32; // the checksum field itself counts as spaces
  for (let place = 0; place < 512; place++) if (place < 148 || place >= 156) sum += bytes[place];
  return sum === Number.parseInt(written, 8);
}

/** Detects Latin text in UTF-16 without a byte order mark: every other byte is NUL, and hardly any of the rest. */
function isBareUtf16(bytes: Uint8Array): boolean {
  const nuls = [0, 0];
  for (const [place, byte] of bytes.entries()) if (byte === 0) nuls[place % 2]++;
  const pairs = bytes.length >> 1;
  return pairs >= 2 && Math.max(...nuls) > 0.8 * pairs && Math.min(...nuls) < 0.01 * pairs;
}

/** Elements that may start a line of plain text, as in PubMed titles. */
const INLINE_ELEMENT = /^(?:i|b|u|em|strong|sup|sub|sc|italic|bold|span|a|br)$/i;

function kindOfText(text: string): ContentKind {
  if (text.startsWith('{')) return isBiocJson(text) ? 'bioc-json' : 'json-object';
  if (/^\[\s*[{["\]]/.test(text)) return isBiocJson(text) ? 'bioc-json' : 'json-array';
  if (/^[^|\t\n]{1,100}\|[ta]\|/.test(text)) return 'pubtator';
  if (!text.startsWith('<')) return 'text';
  if (/^<!doctype\s+html/i.test(text)) return 'html';
  const root = rootElement(text);
  if (root === undefined) return /^<(?:\?xml\s|!--|!DOCTYPE\s)/.test(text) ? 'xml' : 'text';
  if (/^html$/i.test(root)) return 'html';
  if (/^(?:head|body|div|p|table)$/i.test(root) && !text.startsWith('<?xml')) return 'html';
  if (root === 'collection' && /<!DOCTYPE\s+collection|<source\b|<document\b/.test(text)) return 'bioc-xml';
  return INLINE_ELEMENT.test(root) ? 'text' : 'xml';
}

/** A quote inside a JSON text has a backslash before it, so these are keys. */
function isBiocJson(opening: string): boolean {
  return /(?<!\\)"(?:bioctype"\s*:|PubTator3"\s*:\s*\[|documents"\s*:\s*\[|passages"\s*:\s*\[)/.test(opening);
}
