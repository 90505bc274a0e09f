import { levelsOf, SEARCH_SETTINGS, type SearchRow } from '../../evaluation';
import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { INK, LABEL_COLOURS, NEUTRAL, withOpacity } from '../palette';
import { settingName, settingTitle, settingValue } from './settings';

/** Vertical spread of the lines through one value, as a share of the distance to the next, so that lines can be followed. */
const SPREAD = 0.5;
/** Settings with more values are drawn as a scale with ticks. */
const MOST_LEVELS = 8;
const BEST_SHARE = 0.25;

/** A vertical axis: the position of each run, from 0 to 1, and the tick labels. */
interface Coordinate {
  name: string;
  heights: number[];
  ticks: { height: number; text: string }[];
}

/**
 * Draws the runs of a search as lines through their settings to their score, the best quarter in a strong colour. Settings with
 * one value and runs without a score are left out.
 *
 * @param score column of the score, and its display name
 */
export function parallelCoordinates(
  rows: readonly SearchRow[],
  score: { column: string; name: string },
): Figure {
  const scoreOf = (row: SearchRow) => row[score.column] as number;
  const runs = rows
    .filter((row) => typeof row[score.column] === 'number')
    .sort((one, other) => scoreOf(one) - scoreOf(other));
  if (runs.length === 0)
    throw new InputError(
      `no run of the search has a ${score.column}; give the table of a search with scores`,
    );
  const varied = Object.keys(SEARCH_SETTINGS).filter((column) => levelsOf(runs, column).length > 1);
  const coordinates = [
    ...varied.map((column) => settingCoordinate(runs, column)),
    scaleCoordinate(score.name, runs.map(scoreOf), (value) => value.toFixed(2)),
  ];
  const firstBest = runs.length - Math.ceil(runs.length * BEST_SHARE);
  const data = runs.map((row, run): Trace => {
    const isBest = run >= firstBest;
    return {
      type: 'scatter',
      mode: 'lines',
      x: coordinates.map((_, place) => place),
      y: coordinates.map(({ heights }) => heights[run]),
      line: isBest
        ? { color: LABEL_COLOURS[1], width: 2 }
        : { color: withOpacity(NEUTRAL, 0.35), width: 1.1 },
      hovertext: `${varied.map((column) => `${plainText(`${settingName(column)} ${row[column]}`)}`).join(', ')}: ${scoreOf(row).toFixed(3)}`,
      hoverinfo: 'text',
    };
  });
  const last = coordinates.length - 1;
  const hidden = { showgrid: false, showline: false, showticklabels: false, ticks: '' };
  return {
    data,
    layout: {
      width: 960,
      height: 430,
      margin: { l: 96, r: 76, t: 34, b: 16 },
      showlegend: false,
      xaxis: axis('', { ...hidden, range: [0, last] }),
      yaxis: axis('', { ...hidden, range: [-0.04, 1.04] }),
      shapes: coordinates.map((_, place) => ({
        ...{ type: 'line', layer: 'below', x0: place, x1: place, y0: -0.04, y1: 1.04 },
        line: { color: INK, width: 1 },
      })),
      annotations: coordinates.flatMap(({ name, ticks }, place) => [
        {
          ...{ text: `<b>${plainText(name)}</b>`, x: place, y: 1, yref: 'paper', yanchor: 'bottom' },
          ...{ showarrow: false, yshift: 6, font: { size: 12, color: INK } },
        },
        ...ticks.map(({ height, text }) => ({
          ...{
            text: plainText(text),
            x: place,
            y: height,
            showarrow: false,
            font: { size: 11.5, color: INK },
          },
          ...{ xanchor: place === last ? 'left' : 'right', xshift: place === last ? 5 : -5 },
          ...{ bgcolor: 'rgba(255, 255, 255, 0.8)', borderpad: 1 },
        })),
      ]),
    },
    ...wordsOf(runs.slice(firstBest), runs, varied),
  };
}

/** Places values at equal distances and spreads the lines through each by score; too many values become a scale. */
function settingCoordinate(runs: readonly SearchRow[], column: string): Coordinate {
  const levels = levelsOf(runs, column);
  const name = settingTitle(column);
  if (levels.length > MOST_LEVELS && levels.every((level) => typeof level === 'number'))
    return scaleCoordinate(
      name,
      runs.map((row) => row[column] as number),
      (value) => settingValue(Number(value.toPrecision(2))),
    );
  const step = 1 / levels.length;
  const heightOf = (level: number) => (level + 0.5) * step;
  const members = levels.map((level) => runs.filter((row) => row[column] === level));
  return {
    name,
    ticks: levels.map((level, place) => ({ height: heightOf(place), text: settingValue(level) })),
    heights: runs.map((row) => {
      const level = levels.indexOf(row[column]!);
      const rank = (members[level].indexOf(row) + 0.5) / members[level].length - 0.5;
      return heightOf(level) + rank * SPREAD * step;
    }),
  };
}

/** Scale from minimum to maximum; logarithmic if the ratio is ten or more. */
function scaleCoordinate(
  name: string,
  values: readonly number[],
  format: (value: number) => string,
): Coordinate {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isLogarithmic = least > 0 && most / least >= 10;
  const scale = isLogarithmic ? Math.log : (value: number) => value;
  const unscale = isLogarithmic ? Math.exp : (value: number) => value;
  const extent = scale(most) - scale(least);
  const heights = values.map((value) => (extent === 0 ? 0.5 : (scale(value) - scale(least)) / extent));
  const ticks = extent === 0 ? [0.5] : [0, 0.25, 0.5, 0.75, 1];
  return {
    name,
    heights,
    ticks: ticks.map((height) => ({
      height,
      text: format(extent === 0 ? least : unscale(scale(least) + height * extent)),
    })),
  };
}

/** Names the settings most overrepresented among the best runs, with their counts: the first in the title, and the second. */
function wordsOf(
  best: readonly SearchRow[],
  all: readonly SearchRow[],
  varied: readonly string[],
): Pick<Figure, 'title' | 'reading'> {
  const inExcess = varied
    .flatMap((column) =>
      levelsOf(best, column).map((level) => {
        const having = (rows: readonly SearchRow[]) => rows.filter((row) => row[column] === level).length;
        return {
          text: `${settingName(column)} ${settingValue(level)}`,
          among: having(best),
          of: having(all),
        };
      }),
    )
    .map((one) => ({ ...one, excess: one.among / best.length - one.of / all.length }))
    .filter(({ excess }) => excess > 0)
    .sort((one, other) => other.excess - one.excess)
    .slice(0, 2);
  const [first, second] = inExcess;
  const next = second ? ` ${second.among} of them have ${second.text}, of all runs ${second.of}.` : '';
  return {
    title: first
      ? `${first.among} of the ${best.length} best runs have ${first.text}, and ${first.of} of all ${formatNumber(all.length)}`
      : `The best of ${formatNumber(all.length)} runs share no setting`,
    reading: `Each line is a run; strong lines are the best quarter.${next}`,
  };
}
