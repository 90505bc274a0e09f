import type { Interval } from '../../evaluation';
import { InputError } from '../../foundation';
import { axis, type Figure, plainText } from '../figure';
import { INK, labelColours, MUTED } from '../palette';
import { textWidth } from '../rendering/font';
import { panelGrid } from './panels';

/** One group (a corpus, a split, a model) with a value for each label; null if the label is unknown. */
export interface LabelValues {
  name: string;
  values: Readonly<Record<string, number | null>>;
  /** Drawn as lines over the ends of the bars. */
  intervals?: Readonly<Record<string, Interval | null>>;
}

export interface LabelPanelOptions {
  /** All labels, which determine the colours. */
  labels: readonly string[];
  /** The labels with a panel. */
  shown: readonly string[];
  unit: string;
  unknown: string;
  format: (value: number) => string;
  limit?: number;
}

const WIDTH = 960;
const ROW_HEIGHT = 34;

/**
 * One panel per label with one horizontal bar per group and its value at the end. All panels share one axis, so that bars can be
 * compared across labels; an unknown label is noted in words, never drawn as a bar of length zero.
 */
export function labelPanels(
  groups: readonly LabelValues[],
  { labels, shown, unit, unknown, format, limit }: LabelPanelOptions,
): Pick<Figure, 'data' | 'layout'> {
  if (groups.length === 0 || shown.length === 0)
    throw new InputError(`There is nothing to draw ${unit} of; give at least one group with one label`);
  const colours = labelColours(labels);
  const valueIn = (group: number, label: string) => groups[group].values[label] ?? null;
  const known = groups.flatMap((_, group) => shown.map((label) => valueIn(group, label) ?? 0));
  // Room to the right of the longest bar for its number.
  const end = (limit ?? (Math.max(...known) || 1)) * 1.42;
  const rows = groups.map((_, row) => row);
  const margin = {
    l: 24 + Math.max(...groups.map(({ name }) => textWidth(name, 12.5))),
    r: 16,
    t: 26,
    b: 48,
  };
  const grid = panelGrid(shown, {
    width: WIDTH - margin.l - margin.r,
    height: groups.length * ROW_HEIGHT,
    between: 60,
  });
  const layout: Figure['layout'] = {
    width: WIDTH,
    height: margin.t + grid.height + margin.b,
    margin,
    bargap: 0.3,
    showlegend: false,
  };
  const annotations: Record<string, unknown>[] = [];
  const data = grid.panels.map(({ suffix, domain, rowDomain, isFirst, isLowest, heading }, panel) => {
    const label = shown[panel];
    layout[`xaxis${suffix}`] = axis(isLowest ? unit : '', {
      domain,
      anchor: `y${suffix}`,
      range: [0, end],
      nticks: 4,
    });
    layout[`yaxis${suffix}`] = axis('', {
      domain: rowDomain,
      anchor: `x${suffix}`,
      range: [groups.length - 0.5, -0.5],
      tickvals: rows,
      ticktext: groups.map(({ name }) => plainText(name)),
      showticklabels: isFirst,
      showgrid: false,
      showline: true,
      ticks: '',
      ticklabelstandoff: 6,
    });
    annotations.push(heading);
    const values = rows.map((row) => valueIn(row, label));
    for (const row of rows.filter((row) => values[row] === null)) {
      annotations.push({
        text: `<i>${unknown}</i>`,
        xref: `x${suffix}`,
        yref: `y${suffix}`,
        x: 0,
        y: row,
        xanchor: 'left',
        xshift: 4,
        showarrow: false,
        font: { color: MUTED, size: 11.5 },
      });
    }
    const intervals = rows.map((row) => groups[row].intervals?.[label] ?? null);
    // A number stands where its bar ends, or its interval.
    rows.forEach((row) => {
      const [value, interval] = [values[row], intervals[row]];
      if (value === null || !interval) return;
      annotations.push({
        text: format(value),
        ...{ xref: `x${suffix}`, yref: `y${suffix}`, x: interval[1], y: row },
        ...{ xanchor: 'left', xshift: 4, showarrow: false, font: { size: 12, color: INK } },
      });
    });
    return {
      type: 'bar' as const,
      name: plainText(label),
      orientation: 'h',
      x: values,
      y: rows,
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      marker: { color: colours[label] },
      text: rows.map((row) => (values[row] === null || intervals[row] ? '' : format(values[row]))),
      textposition: 'outside',
      textangle: 0,
      ...(intervals.some(Boolean) && {
        error_x: {
          type: 'data',
          symmetric: false,
          array: rows.map((row) => (intervals[row] ? intervals[row][1] - (values[row] ?? 0) : 0)),
          arrayminus: rows.map((row) => (intervals[row] ? (values[row] ?? 0) - intervals[row][0] : 0)),
          ...{ color: INK, thickness: 1.4, width: 3 },
        },
      }),
      cliponaxis: false,
      hovertext: groups.map(({ name }) => plainText(name)),
      hoverinfo: 'text+x',
    };
  });
  layout.annotations = annotations;
  return { data, layout };
}
