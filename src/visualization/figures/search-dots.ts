import { f1Column, levelsOf, type SearchRow } from '../../evaluation';
import { InputError } from '../../foundation';
import { axis, type Figure, plainText, type Trace } from '../figure';
import { LABEL_COLOURS } from '../palette';
import { textWidth } from '../rendering/font';
import { chooseLabels } from '../shown-labels';
import { colourKey } from './colour-key';
import { panelGrid } from './panels';
import { settingName, settingValue } from './settings';

const WIDTH = 1000;
const ROW_HEIGHT = 26;
const MOST_PANELS = 12;
const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up'];
/** Colours that no label of a usual set has. */
const RATE_COLOURS = LABEL_COLOURS.slice(4, 8);
/** The dots of a learning rate stand this far above those of the next, in rows. */
const APART = 0.24;

/**
 * Token F1 on dev of every training of a search: one panel per label with a common axis, one row per loss and length, and the learning rate as colour
 * and shape.
 *
 * @param labels of the search, in its order
 * @throws InputError without trainings
 */
export function searchDots(rows: readonly SearchRow[], labels: readonly string[]): Figure {
  if (rows.length === 0) throw new InputError('There is no training to draw; give the rows of a search');
  const columnOf = (label: string) => f1Column(labels, label, 'val');
  const scoresOf = (label: string) => rows.flatMap((row) => numberIn(row, columnOf(label)));
  const { shown, note } = chooseLabels(labels, {
    most: MOST_PANELS,
    weight: (label) => Math.max(0, ...scoresOf(label)),
    which: 'those that were learned best',
  });
  const [rates, lengths, losses] = ['LEARNING_RATE', 'MAX_SEQ_LENGTH', 'LOSS_TYPE'].map((setting) =>
    levelsOf(rows, setting),
  );
  const kinds = losses.flatMap((loss) => lengths.map((length) => ({ loss, length })));
  const names = kinds.map(({ loss, length }) => `${settingValue(loss)}, ${settingValue(length)} tokens`);
  const rateName = (rate: string | number) => `${settingName('LEARNING_RATE')} ${settingValue(rate)}`;
  const left = 24 + Math.max(...names.map((name) => textWidth(name, 12.5)));
  const grid = panelGrid(shown, {
    details: shown.map((label) => (scoresOf(label).length === 0 ? '<i>no gold: n/a</i>' : '')),
    ...{ width: WIDTH - left - 16, height: 4 + kinds.length * ROW_HEIGHT, between: 76 },
  });
  const key = colourKey(
    rates.map((rate, place) => ({ name: rateName(rate), colour: RATE_COLOURS[place % RATE_COLOURS.length] })),
    { width: WIDTH - 32, left: 16 - left },
  );
  // The key stands above the headings of the panels.
  const heading = 42;
  const layout: Figure['layout'] = {
    width: WIDTH,
    height: heading + key.height + grid.height + 54,
    margin: { l: left, r: 16, t: heading + key.height, b: 54 },
    showlegend: false,
    annotations: [
      ...grid.panels.map((panel) => panel.heading),
      ...key.annotations.map((annotation) => ({
        ...annotation,
        yshift: (annotation.yshift as number) + heading - 6,
      })),
    ],
  };
  const highest = Math.max(0.1, ...shown.flatMap(scoresOf));
  const data = grid.panels.flatMap(({ suffix, domain, rowDomain, isFirst, isLowest }, panel): Trace[] => {
    layout[`xaxis${suffix}`] = axis(isLowest ? 'token F1 on dev' : '', {
      ...{ domain, anchor: `y${suffix}`, range: [-0.03 * highest, 1.04 * highest], nticks: 4 },
      ...{ showline: true, zeroline: false },
    });
    layout[`yaxis${suffix}`] = axis('', {
      ...{ domain: rowDomain, anchor: `x${suffix}`, range: [kinds.length - 0.5, -0.5] },
      ...{ tickvals: kinds.map((_, row) => row), ticktext: names.map(plainText) },
      ...{ showticklabels: isFirst, ticks: '', ticklabelstandoff: 6 },
    });
    return rates.map((rate, place): Trace => {
      const points = rows
        .filter((row) => row.LEARNING_RATE === rate)
        .flatMap((row) =>
          numberIn(row, columnOf(shown[panel])).map((score) => ({
            score,
            row: kinds.findIndex(
              ({ loss, length }) => row.LOSS_TYPE === loss && row.MAX_SEQ_LENGTH === length,
            ),
          })),
        );
      return {
        ...{ type: 'scatter', mode: 'markers', name: rateName(rate) },
        x: points.map(({ score }) => score),
        y: points.map(({ row }) => row + (place - (rates.length - 1) / 2) * APART),
        ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}`, cliponaxis: false },
        marker: {
          color: RATE_COLOURS[place % RATE_COLOURS.length],
          symbol: SYMBOLS[place % SYMBOLS.length],
          ...{ size: 8, line: { color: 'white', width: 0.8 } },
        },
      };
    });
  });
  const none = shown.filter((label) => {
    const scores = scoresOf(label);
    return scores.length > 0 && scores.filter((score) => score === 0).length > scores.length / 2;
  });
  return {
    ...{ data, layout, title: titleOf(rows, rates) },
    reading:
      `Each dot is one training of ${rows.length}.` +
      (none.length > 0 ? ` More than half of them found no ${none.join(' and no ')}.` : '') +
      note,
  };
}

function numberIn(row: SearchRow, column: string): number[] {
  const score = row[column];
  return typeof score === 'number' ? [score] : [];
}

/** The learning rate whose trainings have the best mean score on dev. */
function titleOf(rows: readonly SearchRow[], rates: readonly (string | number)[]): string {
  const meanOf = (rate: string | number) => {
    const scores = rows.filter((row) => row.LEARNING_RATE === rate).flatMap((row) => numberIn(row, 'score'));
    return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  };
  const [best] = rates.toSorted((one, other) => meanOf(other) - meanOf(one));
  return rates.length > 1
    ? `The learning rate ${settingValue(best)} learns most`
    : 'F1 on dev by loss and length';
}
