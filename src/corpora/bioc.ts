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

/**
 * The documents of a BioC file (Comeau et al. 2013, Database bat064), XML or JSON: a collection, an array of collections (from the PMC
 * BioC service), an export of PubTator, or one document per line. Offsets in code points into a text are those of the file.
 * References are left out, as they are from JATS; annotations are not read.
 *
 * @param place opens every message: the file, say
 * @param listener called for each document that cannot be used; by default the first one throws
 * @throws InputError for a file that is not BioC
 */
export function documentsOfBioc(content: string, place: string, listener: OnSkip = rethrow): PlainDocument[] {
  const onSkip = skippingSome(listener, place);
  const found = /^[\ufeff\s]*</.test(content)
    ? parseBiocXml(content, place, onSkip)
    : parseBiocJson(content, place, onSkip);
  const documents: PlainDocument[] = [];
  for (const { document, place } of found) {
    try {
      const { id, passages } = checkedDocument(document, place);
      documents.push(placePassages(id, passages, `${place} ("${id}")`));
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

/** The documents of a collection, of an array of collections or documents, or the one document itself. */
function documentsIn(value: unknown, place: string): BiocDocument[] {
  const documents: BiocDocument[] = [];
  for (const part of Array.isArray(value) ? value : [value]) {
    const { documents: own, PubTator3: exported, passages } = Object(part) as Record<string, unknown>;
    const inside = Array.isArray(own) ? own : Array.isArray(exported) ? exported : undefined;
    if (inside) for (const document of inside) documents.push(Object(document));
    else if (Array.isArray(passages)) documents.push(part);
    else throw new InputError(`${place}: holds something other than BioC documents; ${EXPECTED}`);
  }
  return documents;
}

function checkedDocument({ id, passages }: BiocDocument, place: string): { id: string; passages: Passage[] } {
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '') {
    throw new InputError(`${place}: the document has no id; give it one`);
  }
  if (!Array.isArray(passages))
    throw new InputError(`${place} ("${id}"): has no list of passages; restore the file`);
  return {
    id: String(id),
    passages: passages.flatMap((passage) => passagesOf(passage, `${place} ("${id}")`)),
  };
}

/** A passage with its text, or its sentences if these hold the text. */
function passagesOf(value: unknown, place: string): Passage[] {
  const { offset, text, sentences, infons } = Object(value) as Record<string, unknown>;
  if (isReference(infons)) return [];
  if ((text === undefined || text === null || text === '') && Array.isArray(sentences)) {
    return sentences.flatMap((sentence) => passagesOf({ ...Object(sentence), sentences: undefined }, place));
  }
  if (text === undefined || text === null || text === '') return [];
  if (typeof text !== 'string')
    throw new InputError(`${place}: the text of a passage is not a string; restore the file`);
  const start = typeof offset === 'string' && /^\d{1,15}$/.test(offset) ? Number(offset) : offset;
  if (!Number.isSafeInteger(start) || (start as number) < 0) {
    throw new InputError(`${place}: a passage has no offset from 0 on; give each its offset in the document`);
  }
  return [{ offset: start as number, text }];
}

function isReference(infons: unknown): boolean {
  const { section_type: section, type } = Object(infons) as Record<string, unknown>;
  return section === 'REF' || type === 'ref';
}
