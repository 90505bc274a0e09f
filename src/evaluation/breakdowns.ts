import { byLabel, labelsOf, type Sentence, type Span } from '../foundation';
import { countSpans, type LabelScore, noSpanCounts, type SpanCounts, spanScore } from '../tasks';

/** A grouping of gold and predicted mentions. */
export interface Grouping {
  /** `index` is the sentence's position in the scored list. */
  groupOf(span: Span, sentence: Sentence, index: number): string;
  /** Display order of the groups; others follow in order of appearance. */
  order: readonly string[];
}

/** Strict span scores of one group of mentions, by class. */
export interface GroupScores {
  group: string;
  scores: Record<string, LabelScore>;
}

/**
 * Strict span scores by group and label. A gold mention counts in its group, a prediction in the group of the predicted
 * mention; a correct prediction is in the group of its gold mention. Groups without mentions are left out.
 *
 * @param predicted one list per sentence, in the order of `gold`
 */
export function scoreByGroup(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  { groupOf, order }: Grouping,
  labels: readonly string[] = labelsOf(gold),
): GroupScores[] {
  const groups = new Map(order.map((group) => [group, new Map<string, SpanCounts>()]));
  const seen = new Set<string>();
  countSpans(gold, predicted, (span, sentence, index) => {
    const group = groupOf(span, sentence, index);
    seen.add(group);
    const ofGroup = groups.get(group) ?? new Map<string, SpanCounts>();
    groups.set(group, ofGroup);
    const counts = ofGroup.get(span.label) ?? noSpanCounts();
    ofGroup.set(span.label, counts);
    return counts;
  });
  return [...groups]
    .filter(([group]) => seen.has(group))
    .map(([group, counts]) => ({
      group,
      scores: byLabel(labels, (label) => spanScore(counts.get(label) ?? noSpanCounts())),
    }));
}

/** By corpus. @param corpora the corpus of each sentence, in the order of the sentences */
export function byCorpus(corpora: readonly string[]): Grouping {
  return { groupOf: (_span, _sentence, index) => corpora[index], order: [...new Set(corpora)] };
}

/** Patterns for the outermost section title; the first match counts. */
const SECTIONS: [string, RegExp][] = [
  ['Title', /^title$/i],
  ['Abstract', /abstract|^summary|^keywords?$/i],
  ['Introduction', /introduction|background/i],
  ['Results', /result|finding/i],
  ['Methods', /method|material|experimental|procedure|patients/i],
  ['Discussion', /discussion|conclusion|concluding/i],
  ['Figures and tables', /^(figure|table|fig\b|caption)/i],
];

const NO_SECTION = 'not given';

/** By part of the article, recognized by the outermost section title; unrecognized titles are `Other`. */
export const bySection: Grouping = {
  groupOf: (_span, { section }) => {
    const title = section.split(' > ')[0].trim();
    if (title === '') return NO_SECTION;
    return SECTIONS.find(([, pattern]) => pattern.test(title))?.[0] ?? 'Other';
  },
  order: [...SECTIONS.map(([name]) => name), 'Other', NO_SECTION],
};

const LENGTHS = ['1 word', '2 words', '3 words', '4 words', '5 or more words'];

/** By the mention's length in words, separated by white space. */
export const byLength: Grouping = {
  groupOf: ({ start, end }, { text }) => {
    const words = text.slice(start, end).trim().split(/\s+/).length;
    return LENGTHS[Math.min(words, LENGTHS.length) - 1];
  },
  order: LENGTHS,
};

/**
 * By whether the mention's text is a mention of the same class in the training sentences, ignoring case and spacing: separates
 * memorization from generalization.
 */
export function bySeen(training: readonly Sentence[]): Grouping {
  const known = new Set(training.flatMap(({ text, spans }) => spans.map((span) => surfaceKey(span, text))));
  return {
    groupOf: (span, { text }) => (known.has(surfaceKey(span, text)) ? 'seen in training' : 'unseen'),
    order: ['seen in training', 'unseen'],
  };
}

function surfaceKey({ start, end, label }: Span, text: string): string {
  return `${label} ${text.slice(start, end).trim().replace(/\s+/g, ' ').toLowerCase()}`;
}
