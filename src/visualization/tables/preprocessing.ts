import { PARTS, type PartReport, type PreprocessingReport } from '../../preprocessing';
import type { Row } from '../notebook/show-table';

type Content = Record<'articles' | 'sentences' | 'mentions', number>;

/**
 * What preprocessing read, what each step took away (negative numbers), and what it wrote; every column adds up. An article is taken
 * away with the last of its sentences.
 */
export function preprocessingSteps(report: PreprocessingReport): Row[] {
  const { dealt, withoutLeaks, balance, parts } = report;
  const { placed, overlaps } = report.annotations;
  const { articles, sentences } = report;
  const balanced = balance ? balance.after : withoutLeaks.train;
  return [
    { step: 'all articles, with the annotations that were placed', articles, sentences, mentions: placed },
    {
      step: 'the same characters marked twice: kept once',
      ...{ articles: 0, sentences: 0, mentions: -overlaps.repeated },
    },
    ...(['train', 'dev'] as const).map((part) => ({
      step: `${part}: sentences that a later part repeats`,
      ...difference(withoutLeaks[part], dealt[part]),
    })),
    ...(balance
      ? [{ step: 'train: sentences of frequent classes', ...difference(balanced, withoutLeaks.train) }]
      : []),
    { step: 'train: sentences without mentions, but a sample', ...difference(parts.train, balanced) },
    ...PARTS.map((part) => ({ step: `written to ${part}`, ...contentOf(parts[part]) })),
  ];
}

function difference(after: PartReport, before: PartReport): Content {
  const [left, all] = [contentOf(after), contentOf(before)];
  return {
    articles: left.articles - all.articles,
    sentences: left.sentences - all.sentences,
    mentions: left.mentions - all.mentions,
  };
}

function contentOf({ articles, sentences, mentions }: PartReport): Content {
  return { articles, sentences, mentions: Object.values(mentions).reduce((sum, count) => sum + count, 0) };
}
