import { ENTITY_CLASSES, type Sentence } from '../../foundation';
import type { TokenClassifier } from '../../nn';
import { evaluate, scoreTokens, tokenOutcomes } from '../../tasks';
import type { Tokenizer } from '../../tokenization';

/** The reference answer scores tokens at this threshold, and calls the dev sentences `val`. */
const REFERENCE_THRESHOLD = 0.4;
const PARTS = ['test', 'val'] as const;
type Part = (typeof PARTS)[number];

/** By the place of the class in ENTITY_CLASSES. */
export const tokenF1 = (part: Part, index: number) => `${part}_Class_${index}_F1`;
const spanF1 = (part: Part, index: number) => `${part}_Class_${index}_span_F1`;

/** Of a trial, classes by their place in ENTITY_CLASSES: the reference answer's F1 of tokens, then strict F1 of mentions. */
export const METRIC_NAMES = [tokenF1, spanF1].flatMap((nameOf) =>
  PARTS.flatMap((part) => ENTITY_CLASSES.map((_, index) => nameOf(part, index))),
);

/** These metrics of one part; null for a class without gold mentions. */
export async function measure(
  part: Part,
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  { score, configuration }: TokenClassifier,
): Promise<Record<string, number | null>> {
  const { spans, tagged } = await evaluate(sentences, tokenizer, score, configuration);
  const tokens = scoreTokens(tokenOutcomes(sentences, tagged, configuration.scheme), REFERENCE_THRESHOLD);
  return Object.fromEntries(
    ENTITY_CLASSES.flatMap((label, index) => [
      [tokenF1(part, index), tokens[label].f1],
      [spanF1(part, index), spans[label].f1],
    ]),
  );
}
