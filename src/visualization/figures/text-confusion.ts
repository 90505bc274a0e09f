import { InputError } from '../../foundation';
import { type Figure, formatNumber, formatPercent } from '../figure';
import { MOST_LABELS, nameInTitle } from '../shown-labels';
import { confusionCells, MOST_WITH_SHARES } from './confusion-cells';
import type { MatrixCell } from './matrix';

/** If labels are left out, the confused ones are shown, at most this many. */
const MOST_CONFUSED = 20;

/**
 * Draws the confusion matrix of a text classifier: number of texts by gold and predicted label, shaded by share of the gold label. Of
 * more than 30 labels, it shows those of the most frequent confusions and gathers the others in a last row and column.
 *
 * @param confusion number of texts, as in the report of `evaluateTexts` // [gold][predicted]
 * @param labels in the order of the matrix
 * @throws InputError if the matrix does not fit the labels, or contains no text
 * @example
 * textConfusionMatrix([[90, 10], [4, 46]], ['function', 'process']);
 */
export function textConfusionMatrix(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
): Figure {
  const size = labels.length;
  if (confusion.length !== size || confusion.some((row) => row.length !== size))
    throw new InputError(
      `a confusion of ${size} labels has ${size} rows and columns, not ${confusion.length}; give the labels in the order of the matrix`,
    );
  const totals = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const texts = totals.reduce((sum, count) => sum + count, 0);
  if (texts === 0) throw new InputError('There is no text in the confusion matrix; evaluate at least one');
  const pairs = confusedPairs(confusion);
  const places = chooseLabels(pairs, size);
  const isCut = places.length < size;
  const isWide = places.length > MOST_WITH_SHARES;
  const cellOf = (count: number, total: number | null): MatrixCell => {
    const strength = total === null || total === 0 ? null : count / total;
    if (isWide || count === 0 || strength === null)
      return { text: count === 0 && isWide ? '' : formatNumber(count), strength };
    return { text: `${formatNumber(count)} (${formatPercent(strength)})`, strength };
  };
  const cells = places.map((gold) => {
    const counts = places.map((predicted) => confusion[gold][predicted]);
    // What is left of the row was predicted as one of the labels that are not shown.
    if (isCut) counts.push(totals[gold] - sum(counts));
    return counts.map((count) => cellOf(count, totals[gold]));
  });
  if (isCut) {
    const isShown = new Set(places);
    const others = labels.map((_, place) => place).filter((place) => !isShown.has(place));
    const counts = places.map((predicted) => sum(others.map((gold) => confusion[gold][predicted])));
    counts.push(sum(others.map((gold) => totals[gold])) - sum(counts));
    // A row of several labels has no share of one gold label.
    cells.push(counts.map((count) => cellOf(count, null)));
  }
  const names = places.map((place) => labels[place]);
  if (isCut) names.push(`${size - places.length} other labels`);
  const right = sum(labels.map((_, place) => confusion[place][place]));
  return {
    ...confusionCells(cells, { rows: names, columns: names, upright: isWide }),
    ...describe(pairs, labels, { right, texts, isWide }),
    ...(isCut && { reading: readingOfPart(places.length, size, pairs.length) }),
  };
}

interface Pair {
  gold: number;
  predicted: number;
  count: number;
}

/** The confusions, most frequent first. */
function confusedPairs(confusion: readonly (readonly number[])[]): Pair[] {
  return confusion
    .flatMap((row, gold) => row.map((count, predicted) => ({ gold, predicted, count })))
    .filter(({ gold, predicted, count }) => gold !== predicted && count > 0)
    .sort((one, other) => other.count - one.count);
}

/** Returns the places of the labels shown, ascending: all, or those of the most frequent confusions. */
function chooseLabels(pairs: readonly Pair[], size: number): number[] {
  const all = Array.from({ length: size }, (_, place) => place);
  if (size <= MOST_LABELS) return all;
  const chosen = new Set<number>();
  for (const { gold, predicted } of pairs) {
    const added = [gold, predicted].filter((place) => !chosen.has(place));
    if (chosen.size + added.length > MOST_CONFUSED) continue;
    for (const place of added) chosen.add(place);
  }
  return chosen.size ? [...chosen].sort((one, other) => one - other) : all.slice(0, MOST_CONFUSED);
}

function describe(
  pairs: readonly Pair[],
  labels: readonly string[],
  { right, texts, isWide }: { right: number; texts: number; isWide: boolean },
): Pick<Figure, 'title' | 'reading'> {
  const accuracy = `Accuracy ${((100 * right) / texts).toFixed(1)} %`;
  const [most] = pairs;
  const shares = isWide ? 'shaded by' : 'with their';
  return {
    title: most
      ? `${accuracy}: the most frequent confusion is ${nameInTitle(labels[most.gold])} predicted as ${nameInTitle(labels[most.predicted])} (${formatNumber(most.count)})`
      : `${accuracy}: no label is confused`,
    reading: `Number of texts, ${shares} share of the gold label; ${formatNumber(right)} of ${formatNumber(texts)} texts are on the diagonal.`,
  };
}

function readingOfPart(shown: number, all: number, confusions: number): string {
  const which = confusions ? 'those of the most frequent confusions' : 'the first, since none is confused';
  return (
    `Number of texts, shaded by share of the gold label. ${shown} of ${all} labels shown: ${which}; ` +
    'the last row and column gather the others, right or wrong.'
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
