import { InputError } from '../../foundation';
import { type Threshold, thresholdOf } from '../../tokenization';
import { axis, type Figure, formatNumber, plainText, sharedAxisTitle, type Trace } from '../figure';
import { INK, LIMIT, labelColours, MUTED, withOpacity } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, listLabels, type ShownLabels } from '../shown-labels';

export interface TokenProbabilities {
  tokens: readonly string[];
  /** By label, from 0 to 1, one per token. */
  probabilities: Record<string, readonly number[]>;
  /** Whether each token is in a gold mention; null if the source is not annotated for the label. */
  gold: Record<string, readonly boolean[] | null>;
  /** A token is predicted if its probability reaches its label's threshold. */
  threshold: Threshold;
}

const TOKEN_WIDTH = 19;
const PANEL_HEIGHT = 84;
const TOKEN_SIZE = 12;
/** Longer tokens are cut below the axis (but not in the hover text). */
const LONGEST_TOKEN = 24;
/** Shorter sentences leave space to the right instead of spreading their bars. */
const FEWEST_SLOTS = 28;
const LEFT = 70;
const MOST_PANELS = 12;
const NOTE = 'not annotated here: no gold to compare';
const NOTE_WIDTH = 280;

/**
 * Token probabilities of a sentence, one panel per label: bars of probability (strong from the threshold on, pale below) with the
 * gold mentions shaded behind them.
 */
export function tokenProbabilities({ tokens, probabilities, gold, threshold }: TokenProbabilities): Figure {
  const labels = Object.keys(probabilities);
  for (const label of labels) {
    if ([probabilities[label], gold[label] ?? tokens].some(({ length }) => length !== tokens.length)) {
      throw new InputError(
        `Probabilities and gold of ${label} must have one value for each of the ${tokens.length} tokens; ` +
          'give the values of the same sentence and tokenization',
      );
    }
  }
  const colours = labelColours(labels);
  const chosen = chooseLabels(labels, {
    most: MOST_PANELS,
    weight: (label) =>
      (gold[label]?.filter(Boolean).length ?? 0) + Math.min(0.99, Math.max(0, ...probabilities[label])),
    which: 'those with the most gold tokens, then with the highest probabilities',
  });
  const panels = chosen.shown;
  const shown = tokens.map((token) =>
    token.length > LONGEST_TOKEN ? `${token.slice(0, LONGEST_TOKEN - 1)}…` : token,
  );
  const slots = Math.max(FEWEST_SLOTS, tokens.length);
  const plotWidth = slots * TOKEN_WIDTH;
  const longestToken = Math.max(0, ...shown.map((token) => textWidth(token, TOKEN_SIZE)));
  const bottom = Math.ceil(longestToken) + 22;
  const layout: Figure['layout'] = {
    width: 94 + plotWidth,
    height: 24 + panels.length * PANEL_HEIGHT + bottom,
    margin: { l: LEFT, r: 24, t: 24, b: bottom },
    bargap: 0.25,
    showlegend: false,
  };
  const gap = 0.34 / panels.length;
  const panelHeight = (1 - gap * (panels.length - 1)) / panels.length;
  const shapes: Record<string, unknown>[] = [];
  const annotations = [sharedAxisTitle('probability', LEFT)];
  const data = panels.map((label, panel): Trace => {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const top = 1 - panel * (panelHeight + gap);
    const last = panel === panels.length - 1;
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
        fillcolor: withOpacity(colours[label], 0.2),
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
        `<b>${plainText(fitText(label, gold[label] ? plotWidth : plotWidth - NOTE_WIDTH, 12.5, 'bold'))}</b>` +
        (gold[label] ? '' : `\u00a0\u00a0<span style="color:${MUTED}"><i>${NOTE}</i></span>`),
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
      name: plainText(label),
      x: tokens.map((_, index) => index),
      y: [...probabilities[label]],
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      hovertext: tokens.map(plainText),
      hoverinfo: 'text+y',
      marker: {
        color: probabilities[label].map((value) =>
          withOpacity(colours[label], value >= thresholdOf(threshold, label) ? 1 : 0.45),
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
    reading: reading({ tokens, probabilities, gold, threshold }, chosen),
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

function reading(
  { probabilities, gold, threshold }: TokenProbabilities,
  { shown, note }: ShownLabels,
): string {
  let [right, missed, extra] = [0, 0, 0];
  for (const label of shown) {
    gold[label]?.forEach((isGold, index) => {
      const predicted = probabilities[label][index] >= thresholdOf(threshold, label);
      if (isGold && predicted) right++;
      else if (isGold) missed++;
      else if (predicted) extra++;
    });
  }
  const unknown = shown.filter((label) => !gold[label]);
  const count = (n: number) => formatNumber(n);
  return (
    `Shaded: gold mentions; dashed: the threshold of the label; strong bars reach it. ` +
    `Of ${count(right + missed)} gold tokens ${count(right)} are found and ${count(missed)} missed; ` +
    `${count(extra)} ${extra === 1 ? 'is' : 'are'} predicted without gold.` +
    (unknown.length
      ? ` ${listLabels(unknown)}: not annotated in this source, so neither right nor wrong.`
      : '') +
    note
  );
}
