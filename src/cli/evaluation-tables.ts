import {
  type DetailedReport,
  type Difference,
  type GroupScores,
  type Interval,
  MATCH_FAMILIES,
  MENTION_OUTCOMES,
  type ModelComparison,
  verdict,
} from '../evaluation';
import { counted } from '../foundation';
import type { EvaluationReport } from '../tasks';
import { formatShare, formatTable } from './output';

/** Scores of one model, as printed by `--json`. */
export type ModelScores = Omit<EvaluationReport, 'tagged'> & DetailedReport & { model: string };

export interface EvaluationResult extends ModelScores {
  comparison?: ModelScores & { differences: ModelComparison };
}

/** Formats the scores for `evaluate`: a heading and a table for each measurement. */
export function evaluationTables(result: EvaluationResult): string {
  const { sentences, articles, loss, meanF1, intervals, breakdowns } = result;
  const parts = [
    `${counted(sentences, 'sentence')} of ${counted(articles, 'article')}; loss ${loss.toFixed(4)}; mean strict span F1 ${`${formatShare(meanF1)} ${formatInterval(intervals.meanF1)}`.trimEnd()}`,
    section('Strict spans (label, start and end must match; 95% intervals over articles)', spanTable(result)),
    section('Tokens', tokenTable(result)),
    section('Overlapping spans (SemEval-2013 task 9), all labels pooled', familyTable(result)),
    section('Outcomes of the mentions', outcomeTable(result)),
    section('Strict span F1 by corpus', groupTable(breakdowns.corpus)),
    section('Strict span F1 by section', groupTable(breakdowns.section)),
    section('Strict span F1 by mention length', groupTable(breakdowns.length)),
  ];
  if (breakdowns.seen)
    parts.push(section('Strict span F1 of seen and unseen mentions', groupTable(breakdowns.seen)));
  if (result.comparison) parts.push(comparisonTable(result, result.comparison));
  return parts.join('\n\n');
}

function section(title: string, table: string): string {
  return `${title}\n${table}`;
}

function formatInterval(interval: Interval | null): string {
  return interval ? `[${interval.map(formatShare).join(', ')}]` : '';
}

function spanTable({ spans, intervals }: ModelScores): string {
  return formatTable(
    ['label', 'precision', 'recall', 'F1', 'interval', 'gold'],
    Object.keys(spans).map((label) => {
      const { precision, recall, f1, support } = spans[label];
      return [
        label,
        ...[precision, recall, f1].map(formatShare),
        formatInterval(intervals.spans[label]),
        support,
      ];
    }),
  );
}

function tokenTable({
  tokens,
  intervals,
  tokenThresholds,
  averagePrecision,
  calibration,
}: ModelScores): string {
  return formatTable(
    ['label', 'above', 'TP', 'FP', 'FN', 'TN', 'precision', 'recall', 'F1', 'interval', 'MCC', 'AP', 'ECE'],
    Object.keys(tokens).map((label) => {
      const { truePositives, falsePositives, falseNegatives, trueNegatives, ...shares } = tokens[label];
      return [
        label,
        formatShare(tokenThresholds[label]),
        ...[truePositives, falsePositives, falseNegatives, trueNegatives],
        ...[shares.precision, shares.recall, shares.f1].map(formatShare),
        formatInterval(intervals.tokens[label]),
        formatShare(shares.mcc),
        formatShare(averagePrecision[label]),
        formatShare(calibration[label]?.expectedCalibrationError ?? null),
      ];
    }),
  );
}

function familyTable({ partialMatches: { overall } }: ModelScores): string {
  return formatTable(
    ['match', 'correct', 'incorrect', 'partial', 'missed', 'spurious', 'precision', 'recall', 'F1'],
    MATCH_FAMILIES.map((family) => {
      const { correct, incorrect, partial, missed, spurious, precision, recall, f1 } = overall[family];
      return [
        family,
        correct,
        incorrect,
        partial,
        missed,
        spurious,
        ...[precision, recall, f1].map(formatShare),
      ];
    }),
  );
}

function outcomeTable({ outcomes }: ModelScores): string {
  return formatTable(
    ['label', ...MENTION_OUTCOMES],
    Object.entries(outcomes).map(([label, own]) => [
      label,
      ...MENTION_OUTCOMES.map((outcome) => own[outcome]),
    ]),
  );
}

/** Formats F1 with the number of gold mentions. */
function groupTable(groups: readonly GroupScores[]): string {
  const labels = Object.keys(groups[0]?.scores ?? {});
  return formatTable(
    ['', ...labels],
    groups.map(({ group, scores }) => [
      group,
      ...labels.map((label) => `${formatShare(scores[label].f1)} (${scores[label].support})`),
    ]),
  );
}

function comparisonTable(
  { model, ...first }: ModelScores,
  { model: other, differences, ...second }: NonNullable<EvaluationResult['comparison']>,
): string {
  const row = (name: string, one: number | null, two: number | null, difference: Difference | null) => [
    name,
    formatShare(one),
    formatShare(two),
    difference ? signed(difference.difference) : 'n/a',
    difference?.interval ? `[${difference.interval.map(signed).join(', ')}]` : '',
    difference ? difference.p.toFixed(4) : 'n/a',
    difference ? verdict(difference) : 'n/a',
  ];
  const table = formatTable(
    ['F1', 'first', 'second', 'difference', 'interval', 'p', 'the first is'],
    [
      row('spans, mean', first.meanF1, second.meanF1, differences.meanF1),
      ...Object.keys(first.spans).map((label) =>
        row(`spans, ${label}`, first.spans[label].f1, second.spans[label].f1, differences.spans[label]),
      ),
      ...Object.keys(first.tokens).map((label) =>
        row(`tokens, ${label}`, first.tokens[label].f1, second.tokens[label].f1, differences.tokens[label]),
      ),
    ],
  );
  return [
    section(`First: ${model}; second: ${other}`, table),
    'p: paired permutation test over articles, Holm-corrected over the labels; with p of 0.05 or more a difference is not settled.',
  ].join('\n');
}

function signed(share: number): string {
  return `${share < 0 ? '' : '+'}${share.toFixed(3)}`;
}
