import { byLabel, InputError, type LabelledText, type Sentence } from '../foundation';
import type { ClassifierConfiguration } from '../nn';
import {
  decodeSpans,
  mean,
  scoreSpans,
  scoreTexts,
  sigmoid,
  type TaggingOptions,
  tagTexts,
  voteByArticle,
} from '../tasks';
import type { Tokenizer, TokenScorer } from '../tokenization';

/** Log-odds of the candidate thresholds: probabilities from .12 to .98. */
const LOG_ODDS = Array.from({ length: 13 }, (_, step) => -2 + step / 2);

/** A few hundred dev sentences cannot distinguish thresholds whose F1 is this close. */
const TOLERANCE = 0.01;

export interface ThresholdScore {
  threshold: number;
  /** Mean F1 (for taggers, strict span F1) over the corpora that have the label; null if none does. */
  f1: Record<string, number | null>;
}

/**
 * Span F1 by class at thresholds 0.5 apart in log-odds; the model runs once. A model that learned a class from copied sentences, or
 * from a teacher, is overconfident; a threshold above .5 recovers precision.
 *
 * @param corpora weighted equally, whatever their number of sentences
 * @throws InputError if no corpus has a gold mention of any class
 */
export async function scoreThresholds(
  corpora: readonly (readonly Sentence[])[],
  tokenizer: Tokenizer,
  score: TokenScorer,
  options: TaggingOptions,
  onProgress: (done: number) => void = () => {},
): Promise<ThresholdScore[]> {
  const { labels } = options;
  const f1s = LOG_ODDS.map(() => byLabel(labels, (): (number | null)[] => []));
  let done = 0;
  for (const sentences of corpora) {
    const tagged = await tagTexts(sentences, tokenizer, score, options, (read) => onProgress(done + read));
    done += sentences.length;
    LOG_ODDS.forEach((logOdds, index) => {
      const found = tagged.map(({ encoded, logits }) =>
        decodeSpans(encoded, logits, options, sigmoid(logOdds)),
      );
      const scores = scoreSpans(sentences, voteByArticle(sentences, found, options), labels);
      for (const label of labels) f1s[index][label].push(scores[label].f1);
    });
  }
  const scores = LOG_ODDS.map((logOdds, index) => ({
    threshold: sigmoid(logOdds),
    f1: byLabel(labels, (label) => mean(f1s[index][label])),
  }));
  if (labels.every((label) => scores[0].f1[label] === null))
    throw new InputError(
      `the dev sentences have no gold mention of ${labels.join(', ')}; give other dev sentences`,
    );
  return scores;
}

/**
 * F1 by label at the same thresholds for a multi-label text classifier.
 *
 * @param corpora texts with the logits of each, scored once; corpora are weighted equally
 */
export function scoreTextThresholds(
  corpora: readonly { texts: readonly LabelledText[]; logits: readonly Float32Array[] }[],
  configuration: ClassifierConfiguration,
): ThresholdScore[] {
  const { labels } = configuration;
  const scores = LOG_ODDS.map(sigmoid).map((threshold) => {
    const reports = corpora.map(({ texts, logits }) =>
      scoreTexts(texts, logits, { ...configuration, threshold }),
    );
    // A corpus without texts of a label does not inform its threshold.
    const f1 = byLabel(labels, (label) =>
      mean(reports.map((report) => (report.labels[label].support > 0 ? report.labels[label].f1 : null))),
    );
    return { threshold, f1 };
  });
  if (labels.every((label) => scores[0].f1[label] === null))
    throw new InputError(`no dev text has one of the labels ${labels.join(', ')}; give other dev texts`);
  return scores;
}

/**
 * Chooses for each class the threshold nearest to .5 whose F1 is within the tolerance of the best (similar to the one-standard-error
 * rule, Breiman et al. 1984, Classification and Regression Trees, ch. 3); null without mentions. F1 is smoothed with weights 1:2:1
 * over neighbouring thresholds, to avoid random peaks; the outermost have one neighbour and cannot be chosen.
 *
 * @param scores by ascending threshold, at least three
 */
export function chooseThresholds(scores: readonly ThresholdScore[]): Record<string, number | null> {
  return byLabel(Object.keys(scores[0].f1), (label) => {
    const f1 = scores.map((score) => score.f1[label]);
    if (f1.includes(null)) return null;
    const smooth = scores
      .map(({ threshold }, index) => ({
        threshold,
        f1: (f1[index - 1]! + 2 * f1[index]! + f1[index + 1]!) / 4,
      }))
      .slice(1, -1);
    const best = Math.max(...smooth.map((score) => score.f1));
    const distance = ({ threshold }: { threshold: number }) => Math.abs(threshold - 0.5);
    return smooth
      .filter((score) => score.f1 >= best - TOLERANCE)
      .reduce((nearest, other) => (distance(other) < distance(nearest) ? other : nearest)).threshold;
  });
}
