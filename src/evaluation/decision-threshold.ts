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

/** Log-odds of the thresholds that are tried: probabilities from .12 to .98. */
const LOG_ODDS = Array.from({ length: 13 }, (_, step) => -2 + step / 2);

/** Some hundred dev sentences cannot tell thresholds apart whose F1 is this close. */
const TOLERANCE = 0.01;

export interface ThresholdScore {
  threshold: number;
  /** Mean F1 over the corpora that have the label, of a tagger strict span F1; null where none does. */
  f1: Record<string, number | null>;
}

/**
 * Span F1 by class at thresholds half a log-odd apart, scored once. A model that has learned a class from copied sentences, or from
 * a teacher, is surer of itself than it should be; a threshold above .5 wins back precision.
 *
 * @param corpora each counts alike, however many sentences it has
 * @throws InputError where no corpus mentions any class
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
      `the dev sentences hold no gold mention of ${labels.join(', ')}; give others to choose by`,
    );
  return scores;
}

/**
 * The same for a classifier of texts that may have several labels.
 *
 * @param corpora texts with the logits of each, scored once; each corpus counts alike
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
    // A label that a corpus gives to no text tells nothing of its threshold.
    const f1 = byLabel(labels, (label) =>
      mean(reports.map((report) => (report.labels[label].support > 0 ? report.labels[label].f1 : null))),
    );
    return { threshold, f1 };
  });
  if (labels.every((label) => scores[0].f1[label] === null))
    throw new InputError(`no dev text has one of the labels ${labels.join(', ')}; give others to choose by`);
  return scores;
}

/**
 * For each class the threshold nearest to .5 that is as good as the best, to within what the dev sentences can tell (in the manner
 * of the one-standard-error rule, Breiman et al. 1984, Classification and Regression Trees, ch. 3); null where it has no mention.
 * A threshold's F1 is averaged with its neighbours', twice its own, so that no peak of chance is chosen; the outermost have one
 * neighbour and cannot be.
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
