import { annotatedClasses, classOfLabel, InputError, type Sentence, type View } from '../foundation';
import { type CorpusDocument, emptyTally, type Tally, toSentences } from './document';
import { findSource, type Place } from './locate';
import { intoParts, PARTS, type Part } from './parts';
import { CORPORA, CORPUS_NAMES, type CorpusName } from './registry';
import { sourceNamed } from './sources';
import { verifySource } from './verify';

export type Split = Part | 'all';

/** Contents of a part of a corpus, and the adjustments made while reading. */
export interface CorpusReport {
  corpus: CorpusName;
  split: Split;
  /** Where it was read from: the mirror, or the download cache. */
  place: Place;
  /** The annotated labels; with a view, the classes. */
  annotated: string[];
  documents: number;
  sentences: number;
  /** Number of spans by label; with a view, by class, including zeros. */
  spans: Record<string, number>;
  adjustments: Tally;
  notes: string[];
}

/** Checks the name of a corpus; the error lists the known ones. */
export function corpusNamed(name: string): CorpusName {
  if ((CORPUS_NAMES as readonly string[]).includes(name)) return name as CorpusName;
  throw new InputError(`no corpus is called "${name}"; the known ones are ${CORPUS_NAMES.join(', ')}`);
}

/**
 * Returns the sentences of a corpus under its labels, or of one part of it ('all': every part, in the order train, dev, test).
 *
 * With a view, labels become classes. The view is applied before overlaps are resolved and sentences split, so that a label outside
 * the view has no effect; `applyView` changes sentences that were split under all labels.
 *
 * Looks in the mirror, then in the cache, then downloads. Throws InputError for an unknown name or part, a malformed file (with
 * file and line), files that differ from the pinned commit, and a download that fails.
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

/**
 * Returns the documents of a corpus as read, before splitting and adjustment; with a view, under its classes. Throws like
 * `loadCorpus`.
 */
export async function loadDocuments(
  name: CorpusName,
  view?: View,
): Promise<{ documents: CorpusDocument[]; place: Place }> {
  const source = sourceNamed(corpusNamed(name));
  const place = await findSource(source);
  // Read before verifying, so that malformed content is reported with its line.
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
