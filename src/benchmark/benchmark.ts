import {
  bootstrapIntervals,
  countByArticle,
  type Interval,
  meanSpanF1,
  spanF1,
  sumRows,
} from '../evaluation';
import { byLabel, type Sentence } from '../foundation';
import {
  onlyLabels,
  type TaggedText,
  type TaggingOptions,
  tagTexts,
  tokenOutcomes,
  voteByArticle,
} from '../tasks';
import { cutWindows } from '../tokenization';
import { type BenchmarkOptions, type Costs, type Method, measure, type Runnable } from './measure';

/** One way to run a tagger. */
export interface Variant extends Runnable {
  tagging: TaggingOptions;
}

/** The cost and the scores of a tagger variant. */
export interface BenchmarkRow extends Costs {
  /** From text to mentions, with the variant's own batching. Tokens exclude special tokens and padding. */
  sentencesPerSecond: number;
  tokensPerSecond: number;
  /** Strict span F1, with the majority vote within an article as in `annotate`; null for classes without gold mentions. */
  f1: Record<string, number | null>;
  /** 95% bootstrap intervals over articles. */
  f1Intervals: Record<string, Interval | null>;
  /** Over the classes with gold mentions. */
  meanF1: number | null;
  meanF1Interval: Interval | null;
}

/** Of Europe PMC in 2021 (CORDIS, report 199094). */
const FULL_TEXTS = 6.9e6;
/** Tokens of a full text: the mean of CRAFT's 67 articles. */
const TOKENS_A_FULL_TEXT = 10_800;

/** Estimates the core hours for annotating all full texts of Europe PMC at a row's throughput. */
export function europePmcCoreHours({
  tokensPerSecond,
  threads,
}: Pick<BenchmarkRow, 'tokensPerSecond' | 'threads'>): number {
  return ((FULL_TEXTS * TOKENS_A_FULL_TEXT) / tokensPerSecond / 3600) * threads;
}

const TAGGING: Method<Variant, Sentence, TaggedText> = {
  item: 'sentence',
  async windows({ tokenizer, tagging }, texts) {
    const encoded = await tokenizer.encode(texts);
    return encoded.map((text) => cutWindows(text, tokenizer, tagging.maximumLength));
  },
  async answer({ tokenizer, score, tagging }, sentences) {
    const answers = await tagTexts(sentences, tokenizer, score, tagging);
    return { answers, tokens: answers.reduce((sum, { encoded }) => sum + encoded.ids.length, 0) };
  },
};

/** Measures size, latency, throughput and span F1 of tagger variants on the same gold sentences; see `measure`. */
export async function benchmark(
  variants: readonly Variant[],
  sentences: readonly Sentence[],
  options: BenchmarkOptions = {},
): Promise<BenchmarkRow[]> {
  const measured = await measure(variants, sentences, TAGGING, options);
  return measured.map(({ costs, throughput, answers }, index) => ({
    ...costs,
    sentencesPerSecond: throughput.itemsPerSecond,
    tokensPerSecond: throughput.tokensPerSecond,
    ...scoresOf(sentences, answers, variants[index], options.seed ?? 1),
  }));
}

/** Strict span F1 by class and its mean, with intervals; all null for an untrained network. */
function scoresOf(
  sentences: readonly Sentence[],
  tagged: readonly TaggedText[],
  { tagging, untrained }: Variant,
  seed: number,
): Pick<BenchmarkRow, 'f1' | 'f1Intervals' | 'meanF1' | 'meanF1Interval'> {
  const found = voteByArticle(
    sentences,
    tagged.map(({ spans }) => spans),
    tagging,
  );
  const { labels } = tagging;
  const gold = onlyLabels(sentences, labels);
  const outcomes = tokenOutcomes(gold, tagged, tagging);
  const { rows } = countByArticle(gold, found, outcomes, tagging.threshold);
  const statistics = [...labels.map((label) => spanF1(labels, label)), meanSpanF1(labels)];
  const sums = sumRows(rows);
  const values = statistics.map((statistic) => (untrained ? null : statistic(sums)));
  const intervals = bootstrapIntervals(rows, statistics, { seed }).map((interval, index) =>
    values[index] === null ? null : interval,
  );
  return {
    f1: byLabel(labels, (_, index) => values[index]),
    f1Intervals: byLabel(labels, (_, index) => intervals[index]),
    meanF1: values[labels.length],
    meanF1Interval: intervals[labels.length],
  };
}
