import { annotatedClasses, classOfLabel, InputError, type Sentence, type View } from '../foundation';
import { type CorpusDocument, emptyTally, type Tally, toSentences } from './document';
import { findSource, type Place } from './locate';
import { intoParts, PARTS, type Part } from './parts';
import { CORPORA, CORPUS_NAMES, type CorpusName } from './registry';
import { sourceNamed } from './sources';
import { verifySource } from './verify';

export type Split = Part | 'all';

/** What a part of a corpus holds, and what had to be changed to bring it there. */
export interface CorpusReport {
  corpus: CorpusName;
  split: Split;
  /** Where it was read: the mirror, or the cache that a download filled. */
  place: Place;
  /** The labels that it was annotated for; with a view, the classes. */
  annotated: string[];
  documents: number;
  sentences: number;
  /** By label; with a view, by all its classes. */
  spans: Record<string, number>;
  adjustments: Tally;
  notes: string[];
}

/** The name of a corpus, checked; the error names the known ones. */
export function corpusNamed(name: string): CorpusName {
  if ((CORPUS_NAMES as readonly string[]).includes(name)) return name as CorpusName;
  throw new InputError(`no corpus is called "${name}"; the known ones are ${CORPUS_NAMES.join(', ')}`);
}

/**
 * The sentences of a corpus under its own labels, or of one part of it ('all': every part, in the order train, dev, test).
 *
 * With a view they have its classes. It acts before mentions are checked for overlaps and sentences cut, so that a label outside of
 * the view leaves no trace; `applyView` changes sentences that were cut under all labels.
 *
 * Looks in the mirror, then in the cache, then downloads. Throws an InputError for an unknown name or part, for a
 * malformed file (with file and line), for files that are not those of the pinned commit, and where it has to download
 * and cannot.
 */
export async function loadCorpus(
  name: CorpusName,
  split: Split,
  view?: View,
): Promise<{ sentences: Sentence[]; report: CorpusReport }> {
  const corpus = CORPORA[corpusNamed(name)];
  if (split !== 'all' && !PARTS.includes(split)) {
    throw new InputError(`${name} has no part "${split}"; take ${PARTS.join(', ')} or all`);
  }
  const { documents, place } = await loadDocuments(name, view);
  const { parts, leftOut } = intoParts(documents, corpus.partOf);
  const taken = split === 'all' ? PARTS : [split];
  const chosen = taken.flatMap((part) => parts[part]);
  const annotated = view ? annotatedClasses(view, corpus.annotated) : corpus.annotated;
  const adjustments = emptyTally();
  for (const part of taken) adjustments.identicalDocuments += leftOut[part];
  const sentences = chosen.flatMap((document) => toSentences(document, annotated, adjustments));
  const spans: Record<string, number> = {};
  for (const label of view ? Object.keys(view.classes) : annotated) spans[label] = 0;
  for (const sentence of sentences) for (const { label } of sentence.spans) spans[label]++;
  const report: CorpusReport = {
    corpus: name,
    split,
    place,
    annotated: [...annotated],
    documents: chosen.length,
    sentences: sentences.length,
    spans,
    adjustments,
    notes: corpus.notes,
  };
  return { sentences, report };
}

/** The documents of a corpus as its reader yields them, before anything is cut or left out; under the classes of a view, if any. Throws as `loadCorpus` does. */
export async function loadDocuments(
  name: CorpusName,
  view?: View,
): Promise<{ documents: CorpusDocument[]; place: Place }> {
  const source = sourceNamed(corpusNamed(name));
  const place = await findSource(source);
  // Read before it is verified, so that what is malformed is told with its line.
  const documents = CORPORA[name].read(place.folder);
  verifySource(source, place.folder);
  return { documents: view ? documents.map((document) => underView(document, view)) : documents, place };
}

function underView(document: CorpusDocument, view: View): CorpusDocument {
  const classOf = classOfLabel(view);
  const mentions = document.mentions.flatMap((mention) => {
    const label = classOf.get(mention.label);
    return label === undefined ? [] : [{ ...mention, label }];
  });
  return { ...document, mentions };
}
