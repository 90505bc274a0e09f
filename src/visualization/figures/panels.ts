import { axis, type Figure, plainText } from '../figure';
import { INK } from '../palette';

/** One of the panels that stand side by side in a figure. */
export interface Panel {
  /** Its axes are `x${suffix}` and `y${suffix}`, in the layout `xaxis${suffix}` and `yaxis${suffix}`. */
  suffix: string;
  /** From its left to its right edge, as shares of the plot's width. */
  domain: [number, number];
  /** Its title, as an annotation above its left edge. */
  heading: Record<string, unknown>;
}

/** Panels of equal width, one a title; `details` says a few words more below each title (may hold Plotly's tags). */
export function panelsInRow(titles: readonly string[], details: readonly string[] = []): Panel[] {
  const gap = 0.025;
  const width = (1 - gap * (titles.length - 1)) / titles.length;
  return titles.map((title, index) => {
    const start = index * (width + gap);
    return {
      suffix: index === 0 ? '' : String(index + 1),
      domain: [start, Math.min(1, start + width)],
      heading: {
        text: `<b>${plainText(title)}</b>${details[index] ? `<br><span style="font-size:11.5px">${details[index]}</span>` : ''}`,
        xref: 'paper',
        yref: 'paper',
        x: start,
        y: 1,
        xanchor: 'left',
        yanchor: 'bottom',
        align: 'left',
        showarrow: false,
        font: { color: INK, size: 13 },
      },
    };
  });
}

/** The layout of panels whose two axes both run from 0 to 1; the vertical one is named and numbered at the first alone. */
export function unitSquares(panels: readonly Panel[], titles: { x: string; y: string }): Figure['layout'] {
  const layout: Figure['layout'] = {
    width: 960,
    height: 318,
    margin: { l: 62, r: 20, t: 44, b: 54 },
    showlegend: false,
    annotations: panels.map(({ heading }) => heading),
  };
  panels.forEach(({ suffix, domain }, index) => {
    const unit = { range: [0, 1.02], tickvals: [0, 0.25, 0.5, 0.75, 1] };
    layout[`xaxis${suffix}`] = axis(titles.x, { ...unit, domain, anchor: `y${suffix}`, showline: true });
    layout[`yaxis${suffix}`] = axis(index === 0 ? titles.y : '', {
      ...unit,
      anchor: `x${suffix}`,
      showline: true,
      showticklabels: index === 0,
      ticks: '',
    });
  });
  return layout;
}
