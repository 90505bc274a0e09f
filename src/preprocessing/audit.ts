import { type Annotation, readCollection } from '../collection';
import { ENTITY_CLASSES, type EntityClass, type Span } from '../foundation';
import { anchorAnnotations, type Placed } from './anchoring';
import { jatsToParagraphs } from './jats';
import { paragraphsToSentences } from './sentences';

export interface AnchoringAudit {
  /** A row a class: annotations, how many were placed, and what a search for the ontology's name makes of these. */
  rows: AuditRow[];
  /** Sentences in which the search cuts a word: `gold` is ours, `predicted` what the search marks. */
  examples: { text: string; gold: Span[]; predicted: Span[]; note: string }[];
}

export type AuditRow = {
  class: EntityClass;
  annotations: number;
  'placed here': number;
  'cut mid-word here': number;
  'name not in the sentence': number;
  'name found elsewhere': number;
  'name cuts a word': number;
};

/**
 * Compares placing annotations by their own text and context with the way the published data set of this task was made:
 * searching the ontology's name of the entity (`tags[0].name`, not what the article says) in the sentence. Where the
 * name is there at all, it often ends inside a word ("T cell" in "T cells").
 */
export function auditAnchoring(inFolder: string, examples = 3): AnchoringAudit {
  const rows = new Map<EntityClass, AuditRow>(ENTITY_CLASSES.map((label) => [label, emptyRow(label)]));
  const audit: AnchoringAudit = { rows: [...rows.values()], examples: [] };
  for (const article of readCollection(inFolder)) {
    const paragraphs = jatsToParagraphs(article.fullText, article.pmcid);
    const { placed, unplaced } = anchorAnnotations(paragraphs, article.annotations);
    for (const { annotation } of unplaced) {
      const row = rows.get(annotation.type as EntityClass);
      if (row) row.annotations++;
    }
    let shown = false; // one example an article
    for (const one of placed) {
      const { sentence, own, naive } = bothWays(article.pmcid, paragraphs, one);
      const row = rows.get(own.label) as AuditRow;
      row.annotations++;
      row['placed here']++;
      if (cutsWord(sentence, own)) row['cut mid-word here']++;
      if (!naive) row['name not in the sentence']++;
      else if (cutsWord(sentence, naive)) row['name cuts a word']++;
      else if (naive.start !== own.start || naive.end !== own.end) row['name found elsewhere']++;
      if (naive && cutsWord(sentence, naive) && !shown && audit.examples.length < examples) {
        shown = true;
        const note = `${article.pmcid}, the ontology says "${nameOf(one.annotation)}"`;
        audit.examples.push({ text: sentence, gold: [own], predicted: [naive], note });
      }
    }
  }
  return audit;
}

function emptyRow(label: EntityClass): AuditRow {
  return {
    class: label,
    annotations: 0,
    'placed here': 0,
    'cut mid-word here': 0,
    'name not in the sentence': 0,
    'name found elsewhere': 0,
    'name cuts a word': 0,
  };
}

function bothWays(
  pmcid: string,
  paragraphs: ReturnType<typeof jatsToParagraphs>,
  { annotation, paragraph, span }: Placed,
): { sentence: string; own: Span; naive?: Span } {
  const alone = [{ annotation, paragraph: 0, span }];
  const { sentences } = paragraphsToSentences(pmcid, [paragraphs[paragraph]], alone, [span.label]);
  const { text, spans } = sentences.find((sentence) => sentence.spans.length > 0)!;
  const name = nameOf(annotation).toLowerCase();
  const start = name ? text.toLowerCase().indexOf(name) : -1;
  const naive = start < 0 ? undefined : { start, end: start + name.length, label: span.label };
  return { sentence: text, own: spans[0], naive };
}

function nameOf(annotation: Annotation): string {
  return annotation.tags?.[0]?.name ?? '';
}

function cutsWord(text: string, { start, end }: Span): boolean {
  const isWord = (place: number) => /[\p{L}\p{N}]/u.test(text[place] ?? '');
  return (isWord(start - 1) && isWord(start)) || (isWord(end - 1) && isWord(end));
}
