import { splitSentences } from '../corpora';
import { byLabel, InputError } from '../foundation';
import { encodeWholeTexts, labelProbabilities, logSumExp, rankLabels, type ScoredLabel } from '../tasks';
import { Tokenizer } from '../tokenization';
import { openTextModel } from './open-text-model';

/** A sentence of a text, and what a classifier says of it. */
export interface ClassifiedSentence {
  /** Offsets in the text, in UTF-16 code units. */
  start: number;
  end: number;
  text: string;
  /** Tokens read, with special tokens. */
  tokens: number;
  /** All labels, the most probable first. */
  ranked: ScoredLabel[];
  /** Why the label should not be relied on: no label is probable enough, or the sentence is unlike the texts of training. */
  unsure: 'no label is probable' | 'unlike the training texts' | null;
}

export interface SentenceClassification {
  sentences: ClassifiedSentence[];
  /** Mean probability of each label over sentences, in the order of the model's labels. */
  means: Record<string, number>;
  /** The same with each sentence weighted by its tokens. */
  weightedMeans: Record<string, number>;
}

export interface SentenceOptions {
  /** A sentence is unsure if its most probable label is less probable than this. */
  leastProbability: number;
  /** A sentence is unsure if its evidence is lower; see `evidenceOf` and `leastEvidence`. */
  leastEvidence?: number;
}

/**
 * Splits a text into sentences and classifies each. White space alone has no sentences, and its means are 0.
 *
 * @param folder a classifier in which each text has one label
 * @example
 * const { sentences, means } = await classifySentences('runs/go', 'The nucleus holds the genome. It is transcribed.', { leastProbability: 0.6 });
 * means; // { biological_process: 0.41, cellular_component: 0.55, molecular_function: 0.04 }
 */
export async function classifySentences(
  folder: string,
  text: string,
  { leastProbability, leastEvidence = Number.NEGATIVE_INFINITY }: SentenceOptions,
): Promise<SentenceClassification> {
  const ranges = splitSentences(text);
  const texts = ranges.map(({ start, end }) => text.slice(start, end));
  const { configuration, windows, logits } = await scoreTexts(folder, texts);
  if (configuration.outcome === 'several')
    throw new InputError(
      `${folder}: gives a text several labels, whose probabilities do not sum to 1; take a classifier with one label per text`,
    );
  const sentences = ranges.map(({ start, end }, index): ClassifiedSentence => {
    const ranked = rankLabels(logits[index], configuration);
    const isImprobable = ranked[0].score < leastProbability;
    const isForeign = logSumExp(logits[index]) < leastEvidence;
    return {
      ...{ start, end, text: texts[index], tokens: windows[index].inputIds.length, ranked },
      unsure: isImprobable ? 'no label is probable' : isForeign ? 'unlike the training texts' : null,
    };
  });
  const probabilities = logits.map((own) => labelProbabilities(own, configuration)); // [sentences][labels]
  const meanBy = (weights: readonly number[]) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    return byLabel(configuration.labels, (_, label) =>
      probabilities.reduce((sum, own, index) => sum + (weights[index] / total) * own[label], 0),
    );
  };
  return {
    sentences,
    means: meanBy(sentences.map(() => 1)),
    weightedMeans: meanBy(sentences.map(({ tokens }) => tokens)),
  };
}

/** Opens a classifier for some texts // logits [texts][labels] */
async function scoreTexts(folder: string, texts: readonly string[]) {
  const { configuration, score, dispose } = await openTextModel(folder);
  try {
    const { windows } = await encodeWholeTexts(texts, new Tokenizer(folder), configuration.maximumLength);
    return { configuration, windows, logits: await score(windows) };
  } finally {
    await dispose();
  }
}

/**
 * Evidence that a network has for any of its labels: the logarithm of the sum of its exponentiated logits, the negative energy of Liu et
 * al. (2020, arXiv:2010.03759). It is lower for texts unlike those of training, for which probabilities, which always sum to 1, can still be
 * high.
 *
 * @throws InputError if there are no texts
 * @returns the evidence below which the given share of the texts lies; 0.01 to be exceeded by 99 of 100 texts of the training's kind
 */
export async function leastEvidence(
  folder: string,
  texts: readonly string[],
  share: number,
): Promise<number> {
  if (texts.length === 0)
    throw new InputError('there is no text to compare evidence with; give texts like those of training');
  const { logits } = await scoreTexts(folder, texts);
  const evidence = logits.map(logSumExp).sort((one, other) => one - other);
  return evidence[Math.min(Math.floor(share * evidence.length), evidence.length - 1)];
}
