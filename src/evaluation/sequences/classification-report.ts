import { InputError } from '../../foundation';
import { looseMentions, type Mentions, strictMentions } from './mentions';
import { detectScheme, SCHEME_TABLES, type TagScheme } from './schemes';
import { createTagReader, LabelNumbers, type SequenceMode } from './tags';

/** One row of the report, with seqeval's names. NaN as in seqeval: for the macro average over no classes. */
export interface SequenceScore {
  precision: number;
  recall: number;
  'f1-score': number;
  /** Gold mentions. */
  support: number;
}

export interface SequenceOptions {
  /** Default: `default`. */
  mode?: SequenceMode;
  /** Only used in strict mode; detected from the gold tags' prefixes by default. */
  scheme?: TagScheme;
  /** Prefixes are at the end of a tag, `Cell-B`. */
  suffix?: boolean;
  /** Formats a tag's place for messages; `sentence` and `token` are counted from 0. */
  place?: (side: 'gold' | 'predicted', sentence: number, token: number) => string;
}

/**
 * Scores mentions in tag sequences, bit-identical to Python's seqeval 1.2.2,
 * `classification_report(gold, predicted, output_dict=True)`: a row for each class, then `micro avg`, `macro avg`,
 * `weighted avg`. A mention is correct if label, start and end match. If the denominator is 0, so is the score.
 *
 * @param gold one list of tags per sentence // [sentences][tokens]
 * @param predicted of the same shape
 * @throws InputError if the shapes differ or, in strict mode, for a tag that is not in the scheme
 */
export function classificationReport(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  options: SequenceOptions = {},
): Record<string, SequenceScore> {
  checkShapes(gold, predicted);
  const labels = new LabelNumbers();
  const [goldMentions, predictedMentions] = mentionsOf(gold, predicted, labels, options);
  const counts = labels.names.map(() => ({ hits: 0, predicted: 0, gold: 0 }));
  for (const label of goldMentions.labels) counts[label].gold++;
  for (const label of predictedMentions.labels) counts[label].predicted++;
  let next = 0;
  goldMentions.ends.forEach((end, index) => {
    while (predictedMentions.ends[next] < end) next++;
    const same =
      predictedMentions.ends[next] === end &&
      predictedMentions.starts[next] === goldMentions.starts[index] &&
      predictedMentions.labels[next] === goldMentions.labels[index];
    if (same) counts[goldMentions.labels[index]].hits++;
  });
  const named = labels.names.map((name, label) => ({ name, ...counts[label] }));
  return reportOf(named.filter(({ predicted, gold }) => predicted + gold > 0).sort(byCodePoints));
}

interface LabelCounts {
  name: string;
  hits: number;
  predicted: number;
  gold: number;
}

function mentionsOf(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  labels: LabelNumbers,
  { mode = 'default', scheme, suffix = false, place = defaultPlace }: SequenceOptions,
): [Mentions, Mentions] {
  const read = createTagReader(labels, { mode, suffix });
  if (mode === 'default') return [looseMentions(gold, read), looseMentions(predicted, read)];
  const goldPlace = place.bind(null, 'gold');
  const table = SCHEME_TABLES[scheme ?? detectScheme(gold, suffix, goldPlace)];
  return [
    strictMentions(gold, read, table, goldPlace),
    strictMentions(predicted, read, table, place.bind(null, 'predicted')),
  ];
}

function defaultPlace(side: string, sentence: number, token: number): string {
  return `${side} sentence ${sentence + 1}, token ${token + 1}`;
}

function checkShapes(gold: readonly (readonly string[])[], predicted: readonly (readonly string[])[]): void {
  if (gold.length !== predicted.length) {
    throw new InputError(
      `${predicted.length} predicted sentences for ${gold.length} gold ones; give one list of tags per sentence`,
    );
  }
  gold.forEach((tags, sentence) => {
    if (tags.length !== predicted[sentence].length) {
      throw new InputError(
        `sentence ${sentence + 1} has ${predicted[sentence].length} predicted tags for ${tags.length} gold ones; give one per token`,
      );
    }
  });
}

/** Python sorts strings by code points, which is the order of their UTF-8 bytes. */
function byCodePoints(one: LabelCounts, other: LabelCounts): number {
  return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}

function reportOf(counts: readonly LabelCounts[]): Record<string, SequenceScore> {
  const rows = counts.map(scoreOf);
  const total = { name: '', hits: 0, predicted: 0, gold: 0 };
  for (const { hits, predicted, gold } of counts) {
    total.hits += hits;
    total.predicted += predicted;
    total.gold += gold;
  }
  const average = (weights: readonly number[]): SequenceScore => ({
    precision: weightedMean(rows, weights, 'precision'),
    recall: weightedMean(rows, weights, 'recall'),
    'f1-score': weightedMean(rows, weights, 'f1-score'),
    support: total.gold,
  });
  // seqeval's zero division: without gold mentions there are no weights.
  const zero: SequenceScore = { precision: 0, recall: 0, 'f1-score': 0, support: 0 };
  return Object.fromEntries([
    ...counts.map(({ name }, index) => [name, rows[index]]),
    ['micro avg', scoreOf(total)],
    ['macro avg', average(rows.map(() => 1))],
    ['weighted avg', total.gold === 0 ? zero : average(rows.map(({ support }) => support))],
  ]);
}

function scoreOf({ hits, predicted, gold }: LabelCounts): SequenceScore {
  const precision = predicted === 0 ? 0 : hits / predicted;
  const recall = gold === 0 ? 0 : hits / gold;
  // In seqeval's order of operations, on which the last digit depends.
  const f1 = (2 * precision * recall) / (precision + recall || 1);
  return { precision, recall, 'f1-score': f1, support: gold };
}

function weightedMean(
  rows: readonly SequenceScore[],
  weights: readonly number[],
  key: 'precision' | 'recall' | 'f1-score',
): number {
  return pairwiseSum(rows.map((row, index) => row[key] * weights[index])) / pairwiseSum(weights);
}

/**
 * Sums in NumPy's order: fewer than eight numbers sequentially, up to 128 in eight parallel sums, more in halves
 * (pairwise summation; Higham 1993, SIAM J. Sci. Comput. 14:783).
 */
function pairwiseSum(values: readonly number[]): number {
  const count = values.length;
  if (count < 8) return values.reduce((sum, value) => sum + value, 0);
  if (count > 128) {
    const half = (count >> 1) - ((count >> 1) % 8);
    return pairwiseSum(values.slice(0, half)) + pairwiseSum(values.slice(half));
  }
  const sums = values.slice(0, 8);
  const whole = count - (count % 8);
  for (let index = 8; index < whole; index++) sums[index % 8] += values[index];
  const [a, b, c, d, e, f, g, h] = sums;
  const sum = a + b + (c + d) + (e + f + (g + h));
  return values.slice(whole).reduce((total, value) => total + value, sum);
}
