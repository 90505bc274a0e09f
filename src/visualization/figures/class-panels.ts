import { ENTITY_CLASSES, InputError } from '../../foundation';
import { axis, type Figure, plainText } from '../figure';
import { CLASS_COLOURS, MUTED } from '../palette';
import { textWidth } from '../rendering/font';
import { panelsInRow } from './panels';

/** One group (a corpus, a split, a model) with a value for each class; null where the class is unknown. */
export interface ClassValues {
  name: string;
  values: Record<string, number | null>;
}

const ROW_HEIGHT = 34;

/**
 * One panel a class, one horizontal bar a group, the value written at its end. All panels share one axis, so that
 * bars can be compared across classes; an unknown class is said in words, never drawn as a bar of length zero.
 */
export function classPanels(
  groups: readonly ClassValues[],
  options: { unit: string; unknown: string; format: (value: number) => string; limit?: number },
): Pick<Figure, 'data' | 'layout'> {
  if (groups.length === 0)
    throw new InputError(`There is nothing to draw ${options.unit} of; give at least one group`);
  const known = groups.flatMap(({ values }) => ENTITY_CLASSES.map((label) => values[label] ?? 0));
  // Room to the right of the longest bar for its number.
  const end = (options.limit ?? (Math.max(...known) || 1)) * 1.42;
  const rows = groups.map((_, row) => row);
  const layout: Figure['layout'] = {
    width: 960,
    height: 74 + groups.length * ROW_HEIGHT,
    margin: {
      l: 24 + Math.max(...groups.map(({ name }) => textWidth(name, 12.5))),
      r: 16,
      t: 26,
      b: 48,
    },
    bargap: 0.3,
    showlegend: false,
  };
  const annotations: Record<string, unknown>[] = [];
  const data = panelsInRow(ENTITY_CLASSES).map(({ suffix, domain, heading }, panel) => {
    const label = ENTITY_CLASSES[panel];
    layout[`xaxis${suffix}`] = axis(options.unit, {
      domain,
      anchor: `y${suffix}`,
      range: [0, end],
      nticks: 4,
    });
    layout[`yaxis${suffix}`] = axis('', {
      anchor: `x${suffix}`,
      range: [groups.length - 0.5, -0.5],
      tickvals: rows,
      ticktext: groups.map(({ name }) => plainText(name)),
      showticklabels: panel === 0,
      showgrid: false,
      showline: true,
      ticks: '',
      ticklabelstandoff: 6,
    });
    annotations.push(heading);
    for (const row of rows.filter((row) => groups[row].values[label] === null)) {
      annotations.push({
        text: `<i>${options.unknown}</i>`,
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
    const values = groups.map(({ values }) => values[label]);
    return {
      type: 'bar' as const,
      name: label,
      orientation: 'h',
      x: values,
      y: rows,
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      marker: { color: CLASS_COLOURS[label] },
      text: values.map((value) => (value === null ? '' : options.format(value))),
      textposition: 'outside',
      textangle: 0,
      cliponaxis: false,
      hovertext: groups.map(({ name }) => plainText(name)),
      hoverinfo: 'text+x',
    };
  });
  layout.annotations = annotations;
  return { data, layout };
}
