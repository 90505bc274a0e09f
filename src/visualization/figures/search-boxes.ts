import { f1Column, levelsOf, type SearchRow } from '../../evaluation';
import { axis, type Figure, plainText, type Trace } from '../figure';
import { INK, labelColours, withOpacity } from '../palette';
import { fitText } from '../rendering/font';
import { panelsInRow } from './panels';
import { quantile } from './quantile';
import { settingName, settingValue } from './settings';

/** Gap between the boxes of different lengths, in box widths. */
const GAP = 0.45;
const HALF_BOX = 0.34;

interface Box {
  place: number;
  loss: string;
  length: string;
  /** Ascending. */
  scores: number[];
}

/**
 * Token F1 of one label in the runs of a search: one panel per learning rate, one box per length and loss. A box spans the lower to
 * the upper quartile, its line is the median, and every run is a point.
 *
 * @param labels of the search, in its order
 */
export function searchBoxes(rows: readonly SearchRow[], labels: readonly string[], label: string): Figure {
  const column = f1Column(labels, label);
  const [rates, lengths, losses] = ['LEARNING_RATE', 'MAX_SEQ_LENGTH', 'LOSS_TYPE'].map((setting) =>
    levelsOf(rows, setting),
  );
  const all = rows.flatMap((row) => scoreOf(row, column));
  const panels = panelsInRow(
    rates.map((rate) => `${settingName('LEARNING_RATE')} ${settingValue(rate)}`),
    rates.map(() => (all.length ? '' : '<i>no gold for this label: n/a</i>')),
  );
  const padding = 0.08 * Math.max(0.02, Math.max(...all) - Math.min(...all));
  const range = all.length ? [Math.min(...all) - padding, Math.max(...all) + padding] : [0, 1];
  const colour = labelColours(labels)[label];
  const layout: Figure['layout'] = {
    width: 960,
    height: 400,
    margin: { l: 66, r: 16, t: all.length ? 26 : 44, b: 92 },
    showlegend: false,
    annotations: panels.map(({ heading }) => heading),
  };
  const shapes: Record<string, unknown>[] = [];
  const data = panels.map(({ suffix, domain }, index): Trace => {
    const boxes = lengths.flatMap((length, group) =>
      losses.map((loss, member): Box => {
        const runs = rows.filter(
          (row) =>
            row.LEARNING_RATE === rates[index] && row.MAX_SEQ_LENGTH === length && row.LOSS_TYPE === loss,
        );
        const scores = runs.flatMap((row) => scoreOf(row, column)).sort((a, b) => a - b);
        const place = group * (losses.length + GAP) + member;
        return { place, loss: settingValue(loss), length: settingValue(length), scores };
      }),
    );
    layout[`xaxis${suffix}`] = axis('loss, and length in tokens', {
      domain,
      anchor: `y${suffix}`,
      range: [-0.5 - GAP / 2, boxes.at(-1)!.place + 0.5 + GAP / 2],
      tickvals: boxes.map(({ place }) => place),
      ticktext: boxes.map(({ loss, length }, box) => {
        const middle = box % losses.length === Math.floor(losses.length / 2);
        const lines = plainText(loss).split('_');
        if (lines.length === 1) lines.push('\u00a0');
        return [...lines, middle ? `<b>${plainText(length)}</b>` : ''].join('<br>');
      }),
      tickangle: 0,
      tickfont: { size: 11 },
      showgrid: false,
      showline: true,
      ticks: '',
    });
    layout[`yaxis${suffix}`] = axis(
      index === 0 ? `token F1 of ${plainText(fitText(label, 170, 12.5))} on test` : '',
      {
        anchor: `x${suffix}`,
        range,
        showticklabels: index === 0,
        ticks: '',
        tickformat: '.2f',
      },
    );
    shapes.push(
      ...boxes.filter(({ scores }) => scores.length > 1).flatMap((box) => drawBox(box, suffix, colour)),
    );
    const points = boxes.flatMap(({ place, scores }) =>
      // Side by side about the middle, so that equal scores appear as two points.
      scores.map((score, point) => {
        const columns = Math.min(scores.length, 4);
        return [place + (((point % columns) + 0.5) / columns - 0.5) * HALF_BOX * 1.2, score];
      }),
    );
    return {
      type: 'scatter',
      mode: 'markers',
      x: points.map(([x]) => x),
      y: points.map(([, y]) => y),
      ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
      marker: { color: colour, size: 6.5, line: { color: 'white', width: 0.8 } },
    };
  });
  layout.shapes = shapes;
  return {
    data,
    layout,
    title: `${label}: token F1 by loss, length and learning rate`,
    reading: reading(rows, column),
  };
}

function scoreOf(row: SearchRow, column: string): number[] {
  const score = row[column];
  return typeof score === 'number' ? [score] : [];
}

function drawBox({ place, scores }: Box, suffix: string, colour: string): Record<string, unknown>[] {
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(scores, share));
  const across = {
    layer: 'between',
    xref: `x${suffix}`,
    yref: `y${suffix}`,
    x0: place - HALF_BOX,
    x1: place + HALF_BOX,
  };
  return [
    {
      ...{ type: 'rect', ...across, y0: low, y1: high },
      fillcolor: withOpacity(colour, 0.15),
      line: { color: colour, width: 1.2 },
    },
    { ...{ type: 'line', ...across, y0: median, y1: median }, line: { color: INK, width: 2.2 } },
  ];
}

function reading(rows: readonly SearchRow[], column: string): string {
  const legend = 'Boxes span the quartiles, the line is the median, every point is a run';
  const scored = rows.filter((row) => typeof row[column] === 'number' && typeof row.score === 'number');
  if (scored.length === 0) return `${legend}.`;
  // Not the best on test: settings are chosen on dev and only reported on test.
  const chosen = scored.reduce((one, other) =>
    (other.score as number) > (one.score as number) ? other : one,
  );
  const setting = (name: string) => settingValue(chosen[name] ?? '');
  return (
    `${legend}. Of ${scored.length} runs, dev F1 selects loss ${setting('LOSS_TYPE')}, length ${setting('MAX_SEQ_LENGTH')} and ` +
    `learning rate ${setting('LEARNING_RATE')}: ${(chosen[column] as number).toFixed(3)} here.`
  );
}
