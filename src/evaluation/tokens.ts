import { ENTITY_CLASSES, type EntityClass, type Sentence } from '../foundation';
import {
  type LabelScheme,
  outputsPerClass,
  sigmoid,
  spansToLabels,
  type TaggedText,
  type TaggingOptions,
  type Tokenizer,
} from '../tokenization';
import { ratio } from './spans';

/** Counts over tokens, and what follows from them. Null where there is nothing to divide by. */
export interface TokenScore {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Matthews correlation coefficient, -1 to 1 (Matthews 1975, BBA 405:442). */
  mcc: number | null;
}

/**
 * The probability that a token is part of a mention, for every class // [classes][tokens]. In the BIO scheme that is the larger
 * of the two outputs.
 */
export function tokenProbabilities({ logits, encoded }: TaggedText, scheme: LabelScheme): number[][] {
  const perClass = outputsPerClass(scheme);
  const outputs = perClass * ENTITY_CLASSES.length;
  return ENTITY_CLASSES.map((_, index) =>
    Array.from({ length: encoded.ids.length }, (__, token) => {
      const row = token * outputs + index * perClass;
      return sigmoid(Math.max(logits[row], logits[row + perClass - 1]));
    }),
  );
}

/** Which tokens are part of a gold mention, for every class // [classes][tokens] */
export function goldTokens({ encoded }: TaggedText, sentence: Sentence): boolean[][] {
  const { labels } = spansToLabels(encoded, sentence.spans, 'token');
  return ENTITY_CLASSES.map((_, index) =>
    Array.from(
      { length: encoded.ids.length },
      (__, token) => labels[token * ENTITY_CLASSES.length + index] === 1,
    ),
  );
}

/** A sentence's tokens with probability and gold of each class; gold is null where the source did not look for the class. */
export function probabilitiesByClass(
  sentence: Sentence,
  tagged: TaggedText,
  tokenizer: Tokenizer,
  { scheme, threshold }: Pick<TaggingOptions, 'scheme' | 'threshold'>,
) {
  const probabilities = tokenProbabilities(tagged, scheme);
  const gold = goldTokens(tagged, sentence);
  const byClass = <T>(value: (index: number) => T) =>
    Object.fromEntries(ENTITY_CLASSES.map((label, index) => [label, value(index)])) as Record<EntityClass, T>;
  return {
    tokens: Array.from(tagged.encoded.ids, (id) => tokenizer.tokenOf(id)),
    probabilities: byClass((index) => probabilities[index]),
    gold: byClass((index) => (sentence.annotated.includes(ENTITY_CLASSES[index]) ? gold[index] : null)),
    threshold,
  };
}

/** Token-level scores by class as the assessment counts them: inside a mention or not, at a threshold, unknown classes out. */
export function scoreTokens(
  gold: readonly Sentence[],
  tagged: readonly TaggedText[],
  scheme: LabelScheme,
  threshold: number,
): Record<EntityClass, TokenScore> {
  // For each class: true negatives, false positives, false negatives, true positives.
  const counts = ENTITY_CLASSES.map(() => [0, 0, 0, 0]);
  gold.forEach((sentence, index) => {
    const probabilities = tokenProbabilities(tagged[index], scheme);
    const inside = goldTokens(tagged[index], sentence);
    ENTITY_CLASSES.forEach((label, column) => {
      if (!sentence.annotated.includes(label)) return;
      probabilities[column].forEach((probability, token) => {
        counts[column][(inside[column][token] ? 2 : 0) + (probability > threshold ? 1 : 0)]++;
      });
    });
  });
  return Object.fromEntries(
    ENTITY_CLASSES.map((label, column) => {
      const [trueNegatives, falsePositives, falseNegatives, truePositives] = counts[column];
      return [label, tokenScore(truePositives, falsePositives, falseNegatives, trueNegatives)];
    }),
  ) as Record<EntityClass, TokenScore>;
}

function tokenScore(
  truePositives: number,
  falsePositives: number,
  falseNegatives: number,
  trueNegatives: number,
): TokenScore {
  const predicted = truePositives + falsePositives;
  const support = truePositives + falseNegatives;
  const spread = Math.sqrt(
    predicted * support * (trueNegatives + falsePositives) * (trueNegatives + falseNegatives),
  );
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
    precision: ratio(truePositives, predicted),
    recall: ratio(truePositives, support),
    f1: support === 0 ? null : (2 * truePositives) / (predicted + support),
    mcc: ratio(truePositives * trueNegatives - falsePositives * falseNegatives, spread),
  };
}
