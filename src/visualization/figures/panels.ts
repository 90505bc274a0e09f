import { axis, type Figure, plainText } from '../figure';
import { INK } from '../palette';
import { fitText, textWidth } from '../rendering/font';

/** One of the panels of a figure. */
export interface Panel {
  /** Its axes are `x${suffix}` and `y${suffix}`, in the layout `xaxis${suffix}` and `yaxis${suffix}`. */
  suffix: string;
  /** From its left to its right edge, as shares of the plot's width. */
  domain: [number, number];
  /** From its lower to its upper edge, as shares of the plot's height. */
  rowDomain: [number, number];
  /** Whether it is at the left edge of the figure and has the tick labels of the row. */
  isFirst: boolean;
  /** Whether no panel is below it, so that it has the horizontal axis title of the column. */
  isLowest: boolean;
  /** Its title, as an annotation above its left edge. */
  heading: Record<string, unknown>;
}

const GAP = 0.025;
const TITLE_SIZE = 13;
const DETAIL_SIZE = 11.5;

/** Panels of equal width, one per title; `details` adds a line below each title (may contain Plotly's tags). */
export function panelsInRow(titles: readonly string[], details: readonly string[] = []): Panel[] {
  return place(titles, details, titles.length, 1, 0);
}

/** Panels in rows, and the height of all rows in pixels. */
export interface PanelGrid {
  panels: Panel[];
  columns: number;
  height: number;
}

const MOST_COLUMNS = 4;

/**
 * Lays out panels of equal size, one per title: in one row of up to four, else in several rows of similar length, with fewer panels
 * per row if titles or details are long. A title longer than half the figure is cut.
 *
 * @param width pixels of the plot
 * @param leastWidth minimum pixels of a panel's width
 * @param height pixels of one panel
 * @param between pixels between rows of panels: the axis of the upper and the heading of the lower row
 */
export function panelGrid(
  titles: readonly string[],
  {
    details = [],
    width,
    leastWidth = 0,
    height,
    between,
  }: { details?: readonly string[]; width: number; leastWidth?: number; height: number; between: number },
): PanelGrid {
  const widthOf = (columns: number) => ((1 - GAP * (columns - 1)) / columns) * width;
  const shown = titles.map((title) =>
    fitText(title, widthOf(Math.min(2, titles.length)), TITLE_SIZE, 'bold'),
  );
  const widest = Math.max(
    leastWidth,
    ...shown.map((title) => textWidth(title, TITLE_SIZE, 'bold')),
    ...details.map((detail) => textWidth(detail.replace(/<\/?i>/g, ''), DETAIL_SIZE)),
  );
  let columns = Math.min(MOST_COLUMNS, titles.length);
  while (columns > 1 && widest > widthOf(columns)) columns--;
  const rows = Math.ceil(titles.length / columns);
  columns = Math.ceil(titles.length / rows);
  return {
    panels: place(shown, details, columns, height, between),
    columns,
    height: rows * height + (rows - 1) * between,
  };
}

function place(
  titles: readonly string[],
  details: readonly string[],
  columns: number,
  height: number,
  between: number,
): Panel[] {
  const width = (1 - GAP * (columns - 1)) / columns;
  const rows = Math.ceil(titles.length / columns);
  const all = rows * height + (rows - 1) * between;
  return titles.map((title, index) => {
    const start = (index % columns) * (width + GAP);
    const top = 1 - (Math.floor(index / columns) * (height + between)) / all;
    return {
      suffix: index === 0 ? '' : String(index + 1),
      domain: [start, Math.min(1, start + width)],
      rowDomain: [Math.max(0, top - height / all), top],
      isFirst: index % columns === 0,
      isLowest: index + columns >= titles.length,
      heading: {
        text: `<b>${plainText(title)}</b>${details[index] ? `<br><span style="font-size:${DETAIL_SIZE}px">${details[index]}</span>` : ''}`,
        xref: 'paper',
        yref: 'paper',
        x: start,
        y: top,
        xanchor: 'left',
        yanchor: 'bottom',
        align: 'left',
        showarrow: false,
        font: { color: INK, size: TITLE_SIZE },
      },
    };
  });
}

/** Pixels by which a single panel is wider than high, for its title and the reading. */
const ALONE = 240;
const SQUARES = { width: 960, height: 220, margin: { l: 62, r: 20, t: 44, b: 54 } };

/**
 * Lays out panels with both axes from 0 to 1; the vertical axis has title and tick labels at the first panel of a row, the horizontal
 * one has its title at the lowest panel of a column.
 */
export function unitSquares(
  labels: readonly string[],
  details: readonly string[],
  titles: { x: string; y: string },
): { panels: Panel[]; layout: Figure['layout'] } {
  const { height, margin } = SQUARES;
  const width = labels.length === 1 ? SQUARES.height + margin.l + margin.r + ALONE : SQUARES.width;
  const grid = panelGrid(labels, { details, width: width - margin.l - margin.r, height, between: 76 });
  const layout: Figure['layout'] = {
    width,
    height: grid.height + margin.t + margin.b,
    margin,
    showlegend: false,
    annotations: grid.panels.map(({ heading }) => heading),
  };
  for (const { suffix, domain, rowDomain, isFirst, isLowest } of grid.panels) {
    const unit = { range: [0, 1.02], tickvals: [0, 0.25, 0.5, 0.75, 1] };
    layout[`xaxis${suffix}`] = axis(isLowest ? titles.x : '', {
      ...{ ...unit, domain, anchor: `y${suffix}`, showline: true },
    });
    layout[`yaxis${suffix}`] = axis(isFirst ? titles.y : '', {
      ...unit,
      domain: rowDomain,
      anchor: `x${suffix}`,
      showline: true,
      showticklabels: isFirst,
      ticks: '',
    });
  }
  return { panels: grid.panels, layout };
}
