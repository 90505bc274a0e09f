import type { TextAnswer } from '../../evaluation';
import { InputError } from '../../foundation';
import { SequenceClassifier } from '../../nn';
import { isRight } from '../../tasks';
import type { Curve } from '../../visualization';
import { splitByScope } from './queries';

/** Candidate offsets, 0 to 8 in steps of 0.1; 8 multiplies the odds by about 3,000. */
const OFFSETS = Array.from({ length: 81 }, (_, step) => step / 10);
const BIAS = 'classifier.bias';

/**
 * Chooses how readily a classifier says that a query is out of scope: the offset of that label's logit, from 0 up, with the highest mean of
 * accuracy within the intents and recall out of scope, the smallest of equals. Neither depends on the share of such queries, which is unknown
 * in use. Larson et al. 2019 (arXiv:1909.02027) choose a threshold of the highest probability on dev.
 *
 * @param answers to dev queries, with the probability of that label among those ranked
 * @throws InputError if all of them, or none, are out of scope
 */
export function chooseFallback(answers: readonly TextAnswer[], outOfScope: string): number {
  const rates = fallbackRates(answers, outOfScope);
  const means = rates.map(({ within, out }) => (within + out) / 2);
  return rates[means.indexOf(Math.max(...means))].offset;
}

/** What an offset gives and costs on some queries. */
export interface FallbackRate {
  offset: number;
  /** Accuracy within the intents. */
  within: number;
  /** Recall out of scope. */
  out: number;
}

/** Accuracy and recall for each candidate offset. @throws InputError if all queries, or none, are out of scope */
export function fallbackRates(answers: readonly TextAnswer[], outOfScope: string): FallbackRate[] {
  // The best two labels and this one decide; the rest would only be sorted again for every offset.
  const decisive = answers.map((answer) => ({
    ...answer,
    ranked: answer.ranked.filter(({ label }, place) => place < 2 || label === outOfScope),
  }));
  const { within, out } = splitByScope(decisive, outOfScope);
  if (out.length === 0 || within.length === 0)
    throw new InputError(
      `the queries are all within the intents, or all "${outOfScope}"; choose a fallback on a part that has both`,
    );
  const rate = (some: readonly TextAnswer[], offset: number) =>
    withFallback(some, outOfScope, offset).filter(isRight).length / some.length;
  return OFFSETS.map((offset) => ({ offset, within: rate(within, offset), out: rate(out, offset) }));
}

/** The same as curves over the offset, with their mean, by which it is chosen. */
export const fallbackCurves = (rates: readonly FallbackRate[]): Curve[] => {
  const curveOf = (name: string, of: (rate: FallbackRate) => number): Curve => ({
    name,
    points: rates.map((rate) => ({ x: rate.offset, value: of(rate) })),
  });
  return [
    curveOf('accuracy within the intents', ({ within }) => within),
    curveOf('recall out of scope', ({ out }) => out),
    curveOf('mean of both', ({ within, out }) => (within + out) / 2),
  ];
};

/** The answers of a classifier after an offset is added to the logit of a label. Those that do not rank it stay as they are. */
export function withFallback(
  answers: readonly TextAnswer[],
  outOfScope: string,
  offset: number,
): TextAnswer[] {
  return answers.map((answer) => {
    const own = answer.ranked.find(({ label }) => label === outOfScope);
    if (!own) return answer;
    const factor = Math.exp(offset);
    const total = 1 + own.score * (factor - 1); // of all labels, whether ranked here or not
    const ranked = answer.ranked
      .map(({ label, score }) => ({ label, score: (label === outOfScope ? score * factor : score) / total }))
      .sort((one, other) => other.score - one.score);
    return { ...answer, given: [ranked[0].label], ranked };
  });
}

/** Writes a copy of a text classifier with the offset in the bias of its last layer, where it costs nothing. */
export function writeFallback(folder: string, outOfScope: string, offset: number, out: string): void {
  const network = SequenceClassifier.load(folder);
  try {
    const tensors = network.parameters.snapshot();
    const column = network.configuration.labels.indexOf(outOfScope);
    const bias = tensors.get(BIAS);
    if (column < 0 || !bias)
      throw new InputError(`${folder}: has no label "${outOfScope}", or no ${BIAS}; name another classifier`);
    bias.data[column] += offset;
    network.parameters.restore(tensors);
    network.save(out);
  } finally {
    network.dispose();
  }
}
