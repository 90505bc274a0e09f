import { readLabelledTexts, readSentences } from '../../foundation';
import { SequenceClassifier, TokenClassifier } from '../../nn';
import { evaluate, evaluateTexts, type LabelTask, scoreTokens, tokenOutcomes } from '../../tasks';
import { Tokenizer } from '../../tokenization';

/** The reference answer scores tokens at this threshold and calls the dev sentences `val`. */
const REFERENCE_THRESHOLD = 0.4;
const PARTS = ['test', 'val'] as const;
export type Part = (typeof PARTS)[number];

/** By index of the label in the search: F1 of tokens as the reference answer counts it, or of texts. */
export const labelF1 = (part: Part, index: number) => `${part}_Class_${index}_F1`;
const spanF1 = (part: Part, index: number) => `${part}_Class_${index}_span_F1`;
const accuracy = (part: Part) => `${part}_accuracy`;

/** Metrics of a trial, in the order of the table. */
export function metricNames(task: LabelTask, labels: readonly string[]): string[] {
  const byLabel = (nameOf: typeof labelF1) =>
    PARTS.flatMap((part) => labels.map((_, index) => nameOf(part, index)));
  return task === 'tagging'
    ? [...byLabel(labelF1), ...byLabel(spanF1)]
    : [...PARTS.map(accuracy), ...byLabel(labelF1)];
}

/** Computes these metrics for a trial's model; null for a label absent from a part. @param files of each part */
export async function measure(
  task: LabelTask,
  folder: string,
  files: Readonly<Record<Part, readonly string[]>>,
): Promise<Record<string, number | null>> {
  const metrics: Record<string, number | null> = {};
  const tokenizer = new Tokenizer(folder);
  const model = task === 'tagging' ? TokenClassifier.load(folder) : SequenceClassifier.load(folder);
  try {
    for (const part of PARTS) {
      const own =
        model instanceof TokenClassifier
          ? await measureTagger(part, files[part].flatMap(readSentences), tokenizer, model)
          : await measureClassifier(part, files[part].flatMap(readLabelledTexts), tokenizer, model);
      Object.assign(metrics, own);
    }
    return metrics;
  } finally {
    model.dispose();
  }
}

async function measureTagger(
  part: Part,
  sentences: ReturnType<typeof readSentences>,
  tokenizer: Tokenizer,
  { score, configuration }: TokenClassifier,
): Promise<Record<string, number | null>> {
  const { spans, tagged } = await evaluate(sentences, tokenizer, score, configuration);
  const tokens = scoreTokens(tokenOutcomes(sentences, tagged, configuration), REFERENCE_THRESHOLD);
  return Object.fromEntries(
    configuration.labels.flatMap((label, index) => [
      [labelF1(part, index), tokens[label].f1],
      [spanF1(part, index), spans[label].f1],
    ]),
  );
}

async function measureClassifier(
  part: Part,
  texts: ReturnType<typeof readLabelledTexts>,
  tokenizer: Tokenizer,
  { score, configuration }: SequenceClassifier,
): Promise<Record<string, number | null>> {
  const report = await evaluateTexts(texts, tokenizer, score, configuration);
  return {
    [accuracy(part)]: report.accuracy,
    ...Object.fromEntries(
      configuration.labels.map((label, index) => [labelF1(part, index), report.labels[label].f1]),
    ),
  };
}
