import { byLabel, type Sentence } from '../foundation';
import type { EvaluationReport } from '../tasks';
import {
  type LabelScore,
  onlyLabels,
  scoreSpans,
  scoreTokens,
  type TokenScore,
  tokenOutcomes,
} from '../tasks';
import { type TagSet, type Threshold, thresholdOf } from '../tokenization';
import { type ArticleCounts, countByArticle, f1Statistics } from './article-counts';
import { type BootstrapOptions, bootstrapIntervals, type Interval } from './bootstrap';
import { byCorpus, byLength, bySection, bySeen, type GroupScores, scoreByGroup } from './breakdowns';
import { precisionRecallCurve, type Reliability, reliability } from './curves';
import { classConfusion, compareMentions, countOutcomes, type MentionOutcome } from './errors';
import { type PartialMatchScores, scorePartialMatches } from './partial-match';
import type { ExaminedSentence } from './selection';

/** A detailed report on a model: plain data that can be written as JSON. */
export interface DetailedReport {
  articles: number;
  /** Token scores at `tokenThresholds`. */
  tokens: Record<string, TokenScore>;
  tokenThresholds: Record<string, number>;
  /** 95% bootstrap intervals over articles, of F1. */
  intervals: {
    meanF1: Interval | null;
    spans: Record<string, Interval | null>;
    tokens: Record<string, Interval | null>;
  };
  /** Over tokens and all thresholds; null without gold. */
  averagePrecision: Record<string, number | null>;
  /** Over tokens; null if no source is annotated for the class. */
  calibration: Record<string, Reliability | null>;
  partialMatches: { overall: PartialMatchScores; byClass: Record<string, PartialMatchScores> };
  outcomes: Record<string, Record<MentionOutcome, number>>;
  /** See `classConfusion` // [labels + 1][labels + 1] */
  confusion: number[][];
  /** `seen` needs the training sentences. */
  breakdowns: Record<'corpus' | 'section' | 'length', GroupScores[]> & { seen?: GroupScores[] };
}

export interface DetailOptions extends BootstrapOptions {
  /** Labels of the model. */
  tagSet: TagSet;
  /** For token scores: the assessment's reference uses 0.4; `bestThreshold` tunes one on dev sentences. */
  tokenThreshold: Threshold;
  /** The corpus of each sentence. */
  corpora: readonly string[];
  /** Training sentences of the model. */
  training?: readonly Sentence[];
}

/** Computes the detailed report of one model on one list of sentences; `counts` is the input of `compareModels`. */
export function detail(
  given: readonly Sentence[],
  { tagged }: Pick<EvaluationReport, 'tagged'>,
  { tagSet, tokenThreshold, corpora, training, ...bootstrap }: DetailOptions,
): { details: DetailedReport; counts: ArticleCounts } {
  const { labels } = tagSet;
  const sentences = onlyLabels(given, labels);
  const predicted = tagged.map(({ spans }) => spans);
  const outcomes = tokenOutcomes(sentences, tagged, tagSet);
  const counts = countByArticle(sentences, predicted, outcomes, tokenThreshold);
  const intervals = bootstrapIntervals(counts.rows, f1Statistics(labels), bootstrap);
  const compared = compareMentions(sentences, predicted);
  const details: DetailedReport = {
    articles: counts.articles.length,
    tokens: scoreTokens(outcomes, tokenThreshold),
    tokenThresholds: byLabel(labels, (label) => thresholdOf(tokenThreshold, label)),
    intervals: {
      meanF1: intervals[0],
      spans: byLabel(labels, (_, index) => intervals[1 + index]),
      tokens: byLabel(labels, (_, index) => intervals[1 + labels.length + index]),
    },
    averagePrecision: byLabel(
      labels,
      (label) => precisionRecallCurve(outcomes[label])?.averagePrecision ?? null,
    ),
    calibration: byLabel(labels, (label) => reliability(outcomes[label])),
    partialMatches: scorePartialMatches(sentences, predicted, labels),
    outcomes: countOutcomes(compared, labels),
    confusion: classConfusion(compared, labels),
    breakdowns: {
      corpus: scoreByGroup(sentences, predicted, byCorpus(corpora), labels),
      section: scoreByGroup(sentences, predicted, bySection, labels),
      length: scoreByGroup(sentences, predicted, byLength, labels),
      ...(training && { seen: scoreByGroup(sentences, predicted, bySeen(training), labels) }),
    },
  };
  return { details, counts };
}

/** Computes the report for sentences that name their corpus. */
export function detailExamined(
  examined: readonly ExaminedSentence[],
  options: Omit<DetailOptions, 'corpora'>,
): ReturnType<typeof detail> {
  return detail(
    examined.map(({ sentence }) => sentence),
    { tagged: examined.map(({ tagged }) => tagged) },
    { ...options, corpora: examined.map(({ corpus }) => corpus) },
  );
}

/** Computes the report for each corpus separately, with the strict span scores of the intervals. */
export function detailCorpora(
  examined: readonly ExaminedSentence[],
  options: Omit<DetailOptions, 'corpora'>,
): Record<string, DetailedReport & { spans: Record<string, LabelScore> }> {
  const corpora = [...new Set(examined.map(({ corpus }) => corpus))];
  return Object.fromEntries(
    corpora.map((corpus) => {
      const own = examined.filter((one) => one.corpus === corpus);
      const spans = scoreSpans(
        own.map(({ sentence }) => sentence),
        own.map(({ tagged }) => tagged.spans),
        options.tagSet.labels,
      );
      return [corpus, { ...detailExamined(own, options).details, spans }];
    }),
  );
}
