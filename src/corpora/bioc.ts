import { InputError, parseJson } from '../foundation';
import type { BiocDocument, PlacedDocument } from './bioc-document';
import { parseBiocXml } from './bioc-xml';
import {
  type OnSkip,
  type Passage,
  type PlainDocument,
  placePassages,
  rethrow,
  skippingSome,
} from './plain-documents';

/** A passage, or one of its sentences, with its text. */
export interface BiocPassage extends Passage {
  section: string;
  /** In BioC's JSON form; offsets are relative to the document. */
  annotations: unknown[];
}

export interface CheckedDocument {
  id: string;
  passages: BiocPassage[];
  relations: number;
  /** Numbers of omitted annotations: in references, and in passages without text. */
  outside: { inReferences: number; withoutText: number };
}

/**
 * Returns the documents of a BioC file (Comeau et al. 2013, Database bat064), XML or JSON: a collection, an array of collections
 * (from the PMC BioC service), an export of PubTator, or one document per line. Offsets in code points into a text are those of the
 * file. References are omitted, as for JATS; annotations are not read.
 *
 * @param place starts error messages, for example the file
 * @param listener called for each unusable document; by default the first one throws
 * @throws InputError for a file that is not BioC
 */
export function documentsOfBioc(content: string, place: string, listener: OnSkip = rethrow): PlainDocument[] {
  return readBioc(content, place, listener, ({ id, passages }, place) => placePassages(id, passages, place));
}

/**
 * Calls `read` for each document of a BioC file, with its id and its passages of text.
 *
 * @param withAnnotations whether passages include the annotations of the file
 */
export function readBioc<T>(
  content: string,
  place: string,
  listener: OnSkip,
  read: (document: CheckedDocument, place: string) => T,
  withAnnotations = false,
): T[] {
  const onSkip = skippingSome(listener, place);
  const found = /^[\ufeff\s]*</.test(content)
    ? parseBiocXml(content, place, onSkip, withAnnotations)
    : parseBiocJson(content, place, onSkip);
  const documents: T[] = [];
  for (const { document, place } of found) {
    try {
      const checked = checkedDocument(document, place);
      documents.push(read(checked, `${place} ("${checked.id}")`));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onSkip(error);
    }
  }
  return documents;
}

const EXPECTED = 'give a BioC collection, or an array of them';

function parseBiocJson(content: string, place: string, onSkip: OnSkip): PlacedDocument[] {
  const documents: PlacedDocument[] = [];
  const collect = (value: unknown) => {
    for (const document of documentsIn(value, place)) {
      documents.push({ document, place: `${place}: document ${documents.length + 1}` });
    }
  };
  let whole: unknown;
  try {
    whole = parseJson(content.replace(/^\ufeff/, ''));
  } catch (error) {
    const [first] = content.trimStart().split('\n', 1);
    if (!first.startsWith('{') || !first.trimEnd().endsWith('}')) throw notJson(place, error);
    content.split('\n').forEach((line, index) => {
      if (line.trim() === '') return;
      try {
        collect(parseJson(line));
      } catch (reason) {
        onSkip(reason instanceof InputError ? reason : notJson(`${place} line ${index + 1}`, reason));
      }
    });
    return documents;
  }
  collect(whole);
  return documents;
}

function notJson(place: string, error: unknown): InputError {
  return new InputError(`${place}: not JSON (${(error as Error).message}); ${EXPECTED}`);
}

/** Returns the documents of a collection, of an array of collections or documents, or a single document. */
function documentsIn(value: unknown, place: string): BiocDocument[] {
  const documents: BiocDocument[] = [];
  for (const part of Array.isArray(value) ? value : [value]) {
    const { documents: own, PubTator3: exported, passages } = Object(part) as Record<string, unknown>;
    const inside = Array.isArray(own) ? own : Array.isArray(exported) ? exported : undefined;
    if (inside) for (const document of inside) documents.push(Object(document));
    else if (Array.isArray(passages)) documents.push(part);
    else throw new InputError(`${place}: contains something other than BioC documents; ${EXPECTED}`);
  }
  return documents;
}

function checkedDocument({ id, passages, relations }: BiocDocument, place: string): CheckedDocument {
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '') {
    throw new InputError(`${place}: the document has no id; give it one`);
  }
  if (!Array.isArray(passages))
    throw new InputError(`${place} ("${id}"): has no list of passages; restore the file`);
  const document: CheckedDocument = {
    id: String(id),
    passages: [],
    relations: listOf(relations).length,
    outside: { inReferences: 0, withoutText: 0 },
  };
  for (const passage of passages) addPassage(document, passage, `${place} ("${id}")`);
  return document;
}

/** Adds a passage with its text, or its sentences if they contain the text. */
function addPassage(document: CheckedDocument, value: unknown, place: string, around = ''): void {
  const passage = Object(value) as Record<string, unknown>;
  const { offset, text, sentences, infons } = passage;
  const section = sectionOf(infons) || around;
  document.relations += listOf(passage.relations).length;
  if (isReference(infons)) {
    document.outside.inReferences += annotationsOf(passage).length;
    return;
  }
  const isEmpty = text === undefined || text === null || text === '';
  if (isEmpty && Array.isArray(sentences)) {
    const own = listOf(passage.annotations);
    const before = document.passages.length;
    for (const sentence of sentences)
      addPassage(document, { ...Object(sentence), sentences: undefined }, place, section);
    if (document.passages.length > before) document.passages[before].annotations.push(...own);
    else document.outside.withoutText += own.length;
    return;
  }
  if (isEmpty) {
    document.outside.withoutText += listOf(passage.annotations).length;
    return;
  }
  if (typeof text !== 'string')
    throw new InputError(`${place}: the text of a passage is not a string; restore the file`);
  const start = typeof offset === 'string' && /^\d{1,15}$/.test(offset) ? Number(offset) : offset;
  if (!Number.isSafeInteger(start) || (start as number) < 0) {
    throw new InputError(`${place}: a passage has no offset from 0 on; give each its offset in the document`);
  }
  document.passages.push({
    offset: start as number,
    text,
    section,
    annotations: annotationsOf(passage),
  });
}

/** Returns the annotations of the passage and of its sentences. */
function annotationsOf({ annotations, sentences }: Record<string, unknown>): unknown[] {
  const inSentences = listOf(sentences).flatMap((sentence) => listOf(Object(sentence).annotations));
  return [...listOf(annotations), ...inSentences];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isReference(infons: unknown): boolean {
  const { section_type: section, type } = Object(infons) as Record<string, unknown>;
  return section === 'REF' || type === 'ref';
}

/** Returns the section of a passage as named in the file, or else the passage's type. */
function sectionOf(infons: unknown): string {
  const { section_type: section, type } = Object(infons) as Record<string, unknown>;
  return typeof section === 'string' ? section : typeof type === 'string' ? type : '';
}
