import { type Interval, SIGNIFICANCE } from '../evaluation';
import { counted } from '../foundation';
import type { ClassificationResult, ClassifierScores } from './evaluate-texts';
import { formatShare, formatTable } from './output';

/** With more labels, the confusion matrix would be wider than a screen; the most frequent confusions are listed instead. */
const MOST_LABELS = 12;
const MOST_CONFUSIONS = 20;

/** Formats the scores of a classifier for `evaluate`. */
export function classificationTables(result: ClassificationResult): string {
  const { texts, cut, loss, unknown, labels, averages } = result;
  const parts = [
    `${counted(texts, 'text')}; loss ${loss.toFixed(4)}; accuracy ${withInterval(result, 'accuracy')}; macro F1 ${withInterval(result, 'macroF1')}`,
  ];
  if (cut > 0)
    parts.push(
      `Only the beginning of ${counted(cut, 'text')} was read: the rest does not fit the model's window.`,
    );
  const never = Object.entries(unknown).map(([label, count]) => `${label} (${count})`);
  if (never.length > 0)
    parts.push(
      `Labels unknown to the model, with their number of texts, which count as errors: ${never.join(', ')}`,
    );
  parts.push(
    `By label (the 95% intervals above are over texts)\n${formatTable(
      ['label', 'precision', 'recall', 'F1', 'texts'],
      [
        ...Object.entries(labels).map(([label, { precision, recall, f1, support }]) => [
          label,
          ...[precision, recall, f1].map(formatShare),
          support,
        ]),
        ...(['macro', 'weighted'] as const).map((kind) => {
          const { precision, recall, f1 } = averages[kind];
          return [`${kind} average`, ...[precision, recall, f1].map(formatShare), texts];
        }),
      ],
    )}`,
  );
  if (result.confusion) parts.push(confusionTable(result));
  if (result.comparison) parts.push(comparisonTable(result, result.comparison));
  return parts.join('\n\n');
}

function withInterval(
  { accuracy, macroF1, intervals }: ClassifierScores,
  score: keyof ClassifierScores['intervals'],
): string {
  const interval: Interval | null = intervals[score];
  const value = formatShare({ accuracy, macroF1 }[score]);
  return interval ? `${value} [${interval.map(formatShare).join(', ')}]` : value;
}

function confusionTable({ labels, confusion, confusions }: ClassifierScores): string {
  const names = Object.keys(labels);
  if (names.length <= MOST_LABELS)
    return `Texts by gold label (rows) and predicted label (columns)\n${formatTable(
      ['', ...names],
      names.map((name, row) => [name, ...confusion![row]]),
    )}`;
  if (confusions.length === 0) return 'All texts were given their gold label.';
  const shown = confusions.slice(0, MOST_CONFUSIONS);
  return `The most frequent confusions${confusions.length > shown.length ? `, ${shown.length} of ${confusions.length}` : ''}\n${formatTable(
    ['gold -> predicted', 'texts'],
    shown.map(({ gold, given, texts }) => [`${gold} -> ${given}`, texts]),
  )}`;
}

function comparisonTable(
  first: ClassifierScores,
  second: NonNullable<ClassificationResult['comparison']>,
): string {
  const { firstAlone, secondAlone, p } = second.mcnemar;
  const better = firstAlone > secondAlone ? 'better' : 'worse';
  return [
    `First: ${first.model}; second: ${second.model}`,
    formatTable(
      ['', 'first', 'second'],
      (['accuracy', 'macroF1'] as const).map((score) => [
        score === 'accuracy' ? 'accuracy' : 'macro F1',
        withInterval(first, score),
        withInterval(second, score),
      ]),
    ),
    `Only the first is right on ${counted(firstAlone, 'text')}, only the second on ${secondAlone}; p = ${p.toFixed(4)} (McNemar's exact test): the first is ${p < SIGNIFICANCE ? better : 'neither better nor worse as far as these texts can tell'}.`,
  ].join('\n');
}
