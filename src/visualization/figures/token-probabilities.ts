import { ENTITY_CLASSES, InputError } from '../../foundation';
import { type Threshold, thresholdOf } from '../../tokenization';
import {
  axis,
  type Figure,
  formatNumber,
  listWords,
  plainText,
  sharedAxisTitle,
  type Trace,
} from '../figure';
import { CLASS_COLOURS, INK, LIMIT, MUTED, withOpacity } from '../palette';
import { textWidth } from '../rendering/font';

export interface TokenProbabilities {
  tokens: readonly string[];
  /** From 0 to 1, one a token. */
  probabilities: Record<string, readonly number[]>;
  /** Whether each token lies in a gold mention; null where the source did not look for the class. */
  gold: Record<string, readonly boolean[] | null>;
  /** A token is predicted from its class's probability on. */
  threshold: Threshold;
}

const TOKEN_WIDTH = 19;
const PANEL_HEIGHT = 84;
const TOKEN_SIZE = 12;
/** Longer tokens are cut below the axis (never in the text shown on hover). */
const LONGEST_TOKEN = 24;
/** A shorter sentence leaves room to the right instead of spreading its bars. */
const FEWEST_SLOTS = 28;
const LEFT = 70;

/**
 * What the model thinks of each token of a sentence, one panel a class: bars of probability (strong from the threshold
 * on, pale below), the gold mentions shaded behind them.
 */
export function tokenProbabilities({ tokens, probabilities, gold, threshold }: TokenProbabilities): Figure {
  for (const label of ENTITY_CLASSES) {
    if ([probabilities[label], gold[label] ?? tokens].some(({ length }) => length !== tokens.length)) {
      throw new InputError(
        `Probabilities and gold of ${label} must have one value for each of the ${tokens.length} tokens; ` +
          'give those of the same sentence, cut alike',
      );
    }
  }
  const shown = tokens.map((token) =>
    token.length > LONGEST_TOKEN ? `${token.slice(0, LONGEST_TOKEN - 1)}…` : token,
  );
  const slots = Math.max(FEWEST_SLOTS, tokens.length);
  const longestToken = Math.max(0, ...shown.map((token) => textWidth(token, TOKEN_SIZE)));
  const bottom = Math.ceil(longestToken) + 22;
  const layout: Figure['layout'] = {
    width: 94 + slots * TOKEN_WIDTH,
    height: 24 + ENTITY_CLASSES.length * PANEL_HEIGHT + bottom,
    margin: { l: LEFT, r: 24, t: 24, b: bottom },
    bargap: 0.25,
    showlegend: false,
  };
  const gap = 0.085;
  const panelHeight = (1 - gap * (ENTITY_CLASSES.length - 1)) / ENTITY_CLASSES.length;
  const shapes: Record<string, unknown>[] = [];
  const annotations = [sharedAxisTitle('probability', LEFT)];
  const data = ENTITY_CLASSES.map((label, panel): Trace => {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const top = 1 - panel * (panelHeight + gap);
    const last = panel === ENTITY_CLASSES.length - 1;
    layout[`xaxis${suffix}`] = axis('', {
      anchor: `y${suffix}`,
      range: [-0.5, slots - 0.5],
      tickvals: tokens.map((_, index) => index),
      ticktext: shown.map(plainText),
      tickangle: -90,
      tickfont: { size: TOKEN_SIZE },
      showticklabels: last,
      showgrid: false,
      showline: true,
      ticks: last ? 'outside' : '',
    });
    layout[`yaxis${suffix}`] = axis('', {
      domain: [Math.max(0, top - panelHeight), top],
      anchor: `x${suffix}`,
      range: [0, 1.02],
      tickvals: [0, 0.5, 1],
      ticks: '',
    });
    for (const [start, end] of runs(gold[label] ?? [])) {
      shapes.push({
        type: 'rect',
        layer: 'below',
        xref: `x${suffix}`,
        yref: `y${suffix} domain`,
        x0: start - 0.5,
        x1: end - 0.5,
        y0: 0,
        y1: 1,
        fillcolor: withOpacity(CLASS_COLOURS[label], 0.2),
        line: { width: 0 },
      });
    }
    shapes.push({
      type: 'line',
      xref: `x${suffix} domain`,
      yref: `y${suffix}`,
      x0: 0,
      x1: 1,
      y0: thresholdOf(threshold, label),
      y1: thresholdOf(threshold, label),
      line: { color: LIMIT, width: 1.2, dash: 'dash' },
    });
    annotations.push({
      text:
        `<b>${label}</b>` +
        (gold[label]
          ? ''
          : `\u00a0\u00a0<span style="color:${MUTED}"><i>not annotated here: no gold to compare</i></span>`),
      xref: 'paper',
      yref: 'paper',
      x: 0,
      y: top,
      xanchor: 'left',
      yanchor: 'bottom',
      showarrow: false,
      font: { size: 12.5, color: INK },
    });
    return {
      type: 'bar',
      name: label,
      x: tokens.map((_, index) => index),
      y: [...probabilities[label]],
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      hovertext: tokens.map(plainText),
      hoverinfo: 'text+y',
      marker: {
        color: probabilities[label].map((value) =>
          withOpacity(CLASS_COLOURS[label], value >= thresholdOf(threshold, label) ? 1 : 0.45),
        ),
      },
    };
  });
  layout.shapes = shapes;
  layout.annotations = annotations;
  return {
    data,
    layout,
    title: 'Token probabilities against gold',
    reading: reading({ tokens, probabilities, gold, threshold }),
  };
}

/** Start and end (exclusive) of each run of true. */
function runs(flags: readonly boolean[]): [number, number][] {
  const found: [number, number][] = [];
  flags.forEach((flag, index) => {
    if (!flag) return;
    const before = found.at(-1);
    if (before?.[1] === index) before[1] = index + 1;
    else found.push([index, index + 1]);
  });
  return found;
}

function reading({ probabilities, gold, threshold }: TokenProbabilities): string {
  let [right, missed, extra] = [0, 0, 0];
  for (const label of ENTITY_CLASSES) {
    gold[label]?.forEach((isGold, index) => {
      const predicted = probabilities[label][index] >= thresholdOf(threshold, label);
      if (isGold && predicted) right++;
      else if (isGold) missed++;
      else if (predicted) extra++;
    });
  }
  const unknown = ENTITY_CLASSES.filter((label) => gold[label] === null);
  const count = (n: number) => formatNumber(n);
  return (
    `Shaded: gold mentions; dashed: the threshold of the class; strong bars reach it. ` +
    `Of ${count(right + missed)} gold tokens ${count(right)} are found and ${count(missed)} missed; ` +
    `${count(extra)} ${extra === 1 ? 'is' : 'are'} predicted without gold.` +
    (unknown.length
      ? ` ${listWords(unknown)}: not annotated in this source, so neither right nor wrong.`
      : '')
  );
}
