import type { Annotation } from '../collection';
import { type Range, splitSentences } from '../corpora';
import { cutsWord, type Span } from '../foundation';
import { anchorAnnotations, type Placed } from './anchoring';
import type { AnnotatedArticle } from './annotated-articles';
import { judgeOf } from './gold-places';
import { articleText, paragraphStarts } from './jats';

/** Outcomes of placing annotations by context, and of searching for the ontology's name, for the same annotations. */
export type AuditRow = {
  class: string;
  annotations: number;
  'placed here': number;
  /** Mentions may end inside a word if annotated so ("CD4" in "CD4pos"). */
  'cut mid-word here': number;
  /** Of those placed here, those where the gold mention is; null if its offsets are not known. */
  'at the gold offsets': number | null;
  /** Of those placed here, those whose concept has a name in an ontology. */
  'with a name': number;
  /** This and the following: of those with a name. */
  'name not in the sentence': number;
  'name cuts a word': number;
  /** Neither cutting a word nor the mention: a part of it, or another place. */
  'name marks something else': number;
};

/** A sentence in which the search cuts a word: `gold` is ours, `predicted` what the search marks. */
export interface AuditExample {
  text: string;
  gold: Span[];
  predicted: Span[];
  note: string;
}

export interface AnchoringAudit {
  /** One row per class with annotations. */
  rows: AuditRow[];
  examples: AuditExample[];
}

/**
 * Compares placing annotations by their own text and context with the way the published data set of this task was made:
 * searching the ontology's name of the entity (`tags[0].name`, not what the article says) in the sentence. Where the
 * name is there at all, it often ends inside a word ("neuron" in "neuronal").
 *
 * @param examples maximum number, each from a different article and with a different name
 */
export async function auditAnchoring(
  articles: AsyncIterable<AnnotatedArticle>,
  examples = 3,
): Promise<AnchoringAudit> {
  const rows = new Map<string, AuditRow>();
  const shown = new Map<string, AuditExample>();
  for await (const { article, types, paragraphs, annotations, gold } of articles) {
    for (const label of types) if (!rows.has(label)) rows.set(label, emptyRow(label));
    for (const { type } of annotations) {
      const row = rows.get(type);
      if (row) row.annotations++;
    }
    const { placed } = anchorAnnotations(paragraphs, annotations, types);
    const sentenceOf = sentencesAround(placed, (paragraph) => paragraphs[paragraph].text);
    const starts = paragraphStarts(paragraphs);
    const judge = gold && judgeOf(gold.text, articleText(paragraphs), gold.mentions);
    let isNew = true; // one example per article
    for (const one of placed) {
      const { annotation, paragraph, span } = one;
      const { text, start } = sentenceOf(one);
      const own = { start: span.start - start, end: span.end - start, label: span.label };
      const row = rows.get(own.label)!;
      row['placed here']++;
      if (cutsWord(text, own)) row['cut mid-word here']++;
      if (judge) {
        const verdict = judge(annotation, starts[paragraph] + span.start, starts[paragraph] + span.end);
        row['at the gold offsets'] = (row['at the gold offsets'] ?? 0) + Number(verdict === 'right');
      }
      if (!nameOf(annotation)) continue;
      row['with a name']++;
      const naive = searchName(text, annotation, own);
      if (!naive) row['name not in the sentence']++;
      else if (!cutsWord(text, naive)) {
        if (naive.start !== own.start || naive.end !== own.end) row['name marks something else']++;
      } else {
        row['name cuts a word']++;
        const name = nameOf(annotation);
        if (isNew && shown.size < examples && !shown.has(name) && !cutsWord(text, own)) {
          isNew = false;
          shown.set(name, { text, gold: [own], predicted: [naive], note: `${article}, searched: "${name}"` });
        }
      }
    }
  }
  return {
    rows: [...rows.values()].filter((row) => row.annotations > 0),
    examples: [...shown.values()],
  };
}

function emptyRow(label: string): AuditRow {
  return {
    class: label,
    annotations: 0,
    'placed here': 0,
    'cut mid-word here': 0,
    'at the gold offsets': null,
    'with a name': 0,
    'name not in the sentence': 0,
    'name cuts a word': 0,
    'name marks something else': 0,
  };
}

/** For each placed annotation, its sentence and the start of that in the paragraph. */
function sentencesAround(placed: readonly Placed[], textOf: (paragraph: number) => string) {
  const spansOf = new Map<number, Span[]>();
  for (const { paragraph, span } of placed) {
    const spans = spansOf.get(paragraph);
    if (spans) spans.push(span);
    else spansOf.set(paragraph, [span]);
  }
  const sentences = new Map<number, Range[]>();
  for (const [paragraph, spans] of spansOf)
    sentences.set(paragraph, splitSentences(textOf(paragraph), spans));
  return ({ paragraph, span }: Placed): { text: string; start: number } => {
    const { start, end } = sentences
      .get(paragraph)!
      .find((sentence) => sentence.start <= span.start && span.end <= sentence.end)!;
    return { text: textOf(paragraph).slice(start, end), start };
  };
}

/** The position of the name in the sentence: overlapping the mention if possible, else the first. */
function searchName(sentence: string, annotation: Annotation, mention: Span): Span | undefined {
  const name = nameOf(annotation).toLowerCase();
  const text = sentence.toLowerCase();
  const first = text.indexOf(name);
  if (first < 0) return undefined;
  const over = text.indexOf(name, Math.max(0, mention.start - name.length + 1));
  const start = over >= 0 && over < mention.end ? over : first;
  return { start, end: start + name.length, label: mention.label };
}

function nameOf(annotation: Annotation): string {
  return annotation.tags?.[0]?.name ?? '';
}
