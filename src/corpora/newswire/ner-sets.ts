import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, projectRoot, readTextFile, type Sentence, type Span } from '../../foundation';
import { placeOf } from '../locate';
import { sourceNamed } from '../sources';
import { verifySource } from '../verify';
import { readConllFile } from './conll-file';

/** A test set of data/studies/ner-sets.json. */
export interface NerSetEntry {
  name: string;
  genre: string;
  /** Two letters. */
  language: string;
  /** Relative to the folder `ner` of a mirror, or an absolute path. */
  file: string;
  /** Column of the tags, from 1; the last by default. */
  column?: number;
  /** Our label of each of its types; entities of other types are masked. */
  types: Readonly<Record<string, string>>;
  /** Regular expression: entities are masked too if it matches them with the two characters before them. For what only this set annotates. */
  masked?: string;
}

/** A test set under our labels. */
export interface NerSet {
  entry: NerSetEntry;
  /** `annotated` lists the labels that the set has. */
  sentences: Sentence[];
  /** Entities of types without a counterpart: what a tagger says about them is not counted // [sentences] */
  masked: Span[][];
  skipped: string[];
}

/** The sets to test on. */
export const readNerSets = (): NerSetEntry[] =>
  JSON.parse(readTextFile(join(projectRoot, 'data', 'studies', 'ner-sets.json'))).sets;

/**
 * Reads a set under our labels; undefined if its file is not at hand.
 *
 * @throws InputError if its file cannot be read, none of its types has a label of ours, or the mirror differs from the pinned files
 */
export function loadNerSet(entry: NerSetEntry): NerSet | undefined {
  const path = existsSync(entry.file) ? entry.file : inMirror(entry.file);
  if (path === undefined) return undefined;
  const { sentences, labels, skipped } = readConllFile(path, entry.column);
  const labelOf = new Map(Object.entries(entry.types));
  if (!labels.some((label) => labelOf.has(label)))
    throw new InputError(
      `${path}: none of its types (${labels.slice(0, 20).join(', ')}) has a counterpart in "types" of ${entry.name}; name at least one`,
    );
  const annotated = [...new Set(labelOf.values())];
  const pattern = entry.masked === undefined ? undefined : new RegExp(entry.masked, 'u');
  const isMasked = ({ start, end, label }: Span, text: string) =>
    !labelOf.has(label) || pattern?.test(text.slice(Math.max(0, start - 2), end)) === true;
  return {
    entry,
    sentences: sentences.map((sentence) => ({
      ...sentence,
      spans: sentence.spans
        .filter((span) => !isMasked(span, sentence.text))
        .map((span) => ({ ...span, label: labelOf.get(span.label)! })),
      annotated,
    })),
    masked: sentences.map(({ spans, text }) => spans.filter((span) => isMasked(span, text))),
    skipped,
  };
}

function inMirror(file: string): string | undefined {
  const source = sourceNamed('ner');
  const place = placeOf(source);
  if (!place) return undefined;
  verifySource(source, place.folder);
  const path = join(place.folder, file);
  return existsSync(path) ? path : undefined;
}
