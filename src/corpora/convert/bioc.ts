import { describeJson, InputError, readTextFile } from '../../foundation';
import { type CheckedDocument, readBioc } from '../bioc';
import type { CorpusDocument, Mention } from '../document';
import { checkedPieces, fromCodePoints } from '../offsets';
import { placePassages } from '../plain-documents';
import type { Range } from '../sentences';
import type { Account } from './account';
import { filesOfPaths } from './files';

/** Reads the documents of BioC files, XML or JSON; passages become paragraphs, the `type` of an annotation its label. */
export function biocDocuments(paths: readonly string[], account: Account): CorpusDocument[] {
  return filesOfPaths(paths).flatMap((path) => {
    const read = (document: CheckedDocument, place: string) => documentOf(document, place, account);
    const documents = account.orSkip(() =>
      readBioc(readTextFile(path), path, (reason) => account.skip(reason), read, true),
    );
    return documents ?? [];
  });
}

function documentOf(
  { id, passages, relations, outside }: CheckedDocument,
  place: string,
  account: Account,
): CorpusDocument {
  const sorted = [...passages].sort((one, other) => one.offset - other.offset);
  const { text, paragraphs } = placePassages(id, sorted, place);
  const toUnits = fromCodePoints(text);
  const annotations = sorted.flatMap((passage) => passage.annotations);
  const counted = { attributes: 0, withoutText: outside.withoutText };
  const mentions = annotations.flatMap((value): Mention[] => {
    const { label, pieces, surface, further } = checkedAnnotation(value, toUnits, place);
    counted.attributes += further;
    const isInside = pieces.every((piece) => paragraphs.some((range) => overlap(range, piece)));
    if (!isInside) {
      counted.withoutText++;
      return [];
    }
    // Files differ in what they put between the pieces of a mention in its text.
    const said = pieces.length === 1 && surface !== undefined ? surface : joined(text, pieces);
    checkedPieces(text, pieces, { surface: said, glue: ' ', place: () => place });
    return [{ pieces, label }];
  });
  account.lose('relations', relations);
  account.lose('inReferences', outside.inReferences);
  account.lose('withoutText', counted.withoutText);
  account.lose('attributes', counted.attributes);
  return {
    article: id,
    text,
    paragraphs: paragraphs.map((range, index) => ({ ...range, section: sorted[index].section })),
    mentions,
  };
}

const joined = (text: string, pieces: readonly Range[]) =>
  pieces.map(({ start, end }) => text.slice(start, end)).join(' ');

const overlap = (one: Range, other: Range) => one.start < other.end && other.start < one.end;

interface CheckedAnnotation {
  label: string;
  /** In UTF-16 code units, in text order. */
  pieces: Range[];
  surface: string | undefined;
  /** Number of keys besides `type`. */
  further: number;
}

function checkedAnnotation(
  value: unknown,
  toUnits: (codePoints: number) => number,
  place: string,
): CheckedAnnotation {
  const { infons, locations, text } = Object(value) as Record<string, unknown>;
  const { type, ...others } = Object(infons) as Record<string, unknown>;
  const surface = typeof text === 'string' ? text : undefined;
  const shown = `the annotation ${describeJson(surface)}`;
  if (typeof type !== 'string' || type.trim() === '')
    throw new InputError(`${place}: ${shown} has no type; add the key "type" to its infons`);
  const places = Array.isArray(locations) ? locations : [];
  const pieces = places.map((location) => {
    const { offset, length } = Object(location) as Record<string, unknown>;
    const [start, count] = [wholeNumber(offset), wholeNumber(length)];
    if (start === undefined || count === undefined || count === 0)
      throw new InputError(
        `${place}: ${shown} has a location of offset ${describeJson(offset)} and length ${describeJson(length)}; give whole numbers`,
      );
    return { start: toUnits(start), end: toUnits(start + count) };
  });
  if (pieces.length === 0) throw new InputError(`${place}: ${shown} has no location; give it one`);
  pieces.sort((one, other) => one.start - other.start);
  return { label: type.trim(), pieces, surface, further: Object.keys(others).length };
}

function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
