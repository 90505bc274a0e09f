import { InputError, type Sentence } from '../foundation';
import {
  decodeSpans,
  sigmoid,
  type TaggingOptions,
  type Tokenizer,
  type TokenScorer,
  tagTexts,
} from '../tokenization';
import { voteByArticle } from './evaluate';
import { scoreSpans } from './spans';

/** Log-odds of the thresholds that are tried: probabilities from .12 to .98. */
const LOG_ODDS = Array.from({ length: 13 }, (_, step) => -2 + step / 2);

export interface ThresholdScore {
  threshold: number;
  /** Mean strict span F1 over corpora and the classes that each mentions. */
  meanF1: number;
}

/**
 * Span F1 at thresholds half a log-odd apart, scored once. A distilled model is surer of itself than its teacher, and one threshold
 * above .5 wins back precision.
 *
 * @param corpora each counts alike, however many sentences it has
 */
export async function scoreThresholds(
  corpora: readonly (readonly Sentence[])[],
  tokenizer: Tokenizer,
  score: TokenScorer,
  options: TaggingOptions,
  onProgress: (done: number) => void = () => {},
): Promise<ThresholdScore[]> {
  const f1s: number[][] = LOG_ODDS.map(() => []);
  let done = 0;
  for (const sentences of corpora) {
    const texts = sentences.map(({ text }) => text);
    const tagged = await tagTexts(texts, tokenizer, score, options, (read) => onProgress(done + read));
    done += sentences.length;
    LOG_ODDS.forEach((logOdds, index) => {
      const found = tagged.map(({ encoded, logits }) =>
        decodeSpans(encoded, logits, options.scheme, sigmoid(logOdds)),
      );
      const scores = Object.values(scoreSpans(sentences, voteByArticle(sentences, found)));
      f1s[index].push(...scores.flatMap(({ f1 }) => f1 ?? []));
    });
  }
  if (f1s[0].length === 0)
    throw new InputError('the dev sentences hold no gold mention of any class; give others to choose by');
  return LOG_ODDS.map((logOdds, index) => ({
    threshold: sigmoid(logOdds),
    meanF1: f1s[index].reduce((sum, f1) => sum + f1, 0) / f1s[index].length,
  }));
}

/** The best; of equally good ones the one nearest to .5. */
export function chooseThreshold(scores: readonly ThresholdScore[]): ThresholdScore {
  const distance = ({ threshold }: ThresholdScore) => Math.abs(threshold - 0.5);
  return scores.reduce((best, other) =>
    other.meanF1 > best.meanF1 || (other.meanF1 === best.meanF1 && distance(other) < distance(best))
      ? other
      : best,
  );
}
