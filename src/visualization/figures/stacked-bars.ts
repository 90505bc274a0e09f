import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { INK, LABEL_COLOURS, labelColours, MUTED, textColourOn } from '../palette';
import { fitText, textWidth } from '../rendering/font';
import { chooseLabels, labelsIn, nameInTitle } from '../shown-labels';
import { colourKey } from './colour-key';

/** One bar: a sentence with the probability of each label. */
export interface StackedItem {
  text: string;
  /** By label, not negative; a label that is missing is 0. */
  values: Readonly<Record<string, number>>;
  /** A short remark at the end of the bar, such as "unsure". */
  note?: string;
}

export interface StackedOptions {
  /** Of the values, for the axis. Default: probability. */
  unit?: string;
  /** The items, in the plural. Default: sentences. */
  items?: string;
}

/** Of more items, the first are drawn. */
const MOST_ITEMS = 60;
/** Of more labels, those with the smallest values are one part. */
const MOST_PARTS = 12;
const OTHERS = '#B8BCC2';
// In pixels.
const ROW_HEIGHT = 24;
const TEXT_WIDTH = 400;
const PLOT = 500;
const SIZE = 11.5;
const VALUE_SIZE = 11;

/**
 * Horizontal stacked bars of items in the given order, such as the sentences of a text: one part per label, with its value where there
 * is room. The square before the text has the colour of the label with the largest value.
 *
 * @throws InputError without items, or for a negative value
 * @example
 * stackedBars([{ text: 'Ribosomes translate mRNA.', values: { process: 0.8, component: 0.15, function: 0.05 } }]);
 */
export function stackedBars(
  items: readonly StackedItem[],
  { unit = 'probability', items: plural = 'sentences' }: StackedOptions = {},
): Figure {
  const labels = labelsIn(items.map(({ values }) => values));
  if (labels.length === 0)
    throw new InputError(`There is nothing to draw; give at least one of the ${plural} with a value`);
  for (const { text, values } of items) {
    const [label] = Object.entries(values).find(([, value]) => !(value >= 0 && value < Infinity)) ?? [];
    if (label !== undefined)
      throw new InputError(
        `${fitText(text, 300, 12)}: the value of ${label} is ${values[label]}; give one from 0`,
      );
  }
  const drawn = items.slice(0, MOST_ITEMS);
  const total = (label: string) => items.reduce((sum, { values }) => sum + (values[label] ?? 0), 0);
  const { shown, note } = chooseLabels(labels, {
    most: MOST_PARTS,
    weight: total,
    which: 'those with the largest values, the others as one grey part',
  });
  // Of more labels than colours, those with a part of their own have different ones.
  const colours = labelColours(labels.length > LABEL_COLOURS.length ? shown : labels);
  const sumOf = (item: StackedItem) => labels.reduce((sum, label) => sum + (item.values[label] ?? 0), 0);
  const parts = shown.map((label) => ({
    name: label,
    colour: colours[label],
    values: drawn.map(({ values }) => values[label] ?? 0),
  }));
  if (shown.length < labels.length) {
    const values = drawn.map((item) => {
      const rest = sumOf(item) - shown.reduce((sum, label) => sum + (item.values[label] ?? 0), 0);
      return Math.max(0, rest);
    });
    parts.push({ name: `${labels.length - shown.length} other labels`, colour: OTHERS, values });
  }
  const longest = Math.max(...drawn.map(sumOf)) || 1;
  const digits = longest <= 1.001 ? 2 : 0;
  const format = (value: number) => (digits ? value.toFixed(digits) : formatNumber(value, 1));
  const left = 40 + Math.min(TEXT_WIDTH, Math.max(...drawn.map(({ text }) => textWidth(text, SIZE))));
  const noteWidth = Math.max(0, ...drawn.map(({ note }) => textWidth(note ?? '', SIZE)));
  const right = 24 + (noteWidth ? 8 + noteWidth : 0);
  const key = colourKey(parts, { width: left + PLOT, left: 16 - left });
  const winners = drawn.map(({ values }) => winnerOf(labels, values));
  return {
    data: parts.map(({ name, colour, values }): Trace => {
      const texts = values.map((value) => {
        const text = format(value);
        return (value / longest) * PLOT > textWidth(text, VALUE_SIZE) + 6 ? text : '';
      });
      return {
        ...{ type: 'bar', orientation: 'h', name: plainText(name) },
        x: values,
        y: drawn.map((_, row) => row),
        marker: { color: colour, line: { color: 'white', width: 0.8 } },
        ...{
          text: texts,
          textposition: 'inside',
          insidetextanchor: 'middle',
          textangle: 0,
          constraintext: 'none',
        },
        insidetextfont: { size: VALUE_SIZE, color: textColourOn(colour) },
        hovertext: values.map((value) => `${plainText(name)}: ${formatNumber(value, 3)}`),
        hoverinfo: 'text',
      };
    }),
    layout: {
      width: left + PLOT + right,
      height: Math.max(2, drawn.length) * ROW_HEIGHT + key.height + 60,
      margin: { l: left, r: right, t: key.height + 6, b: 54 },
      ...{ barmode: 'stack', bargap: 0.22, showlegend: false },
      xaxis: axis(plainText(unit), { range: [0, longest], showline: true, zeroline: true }),
      yaxis: axis('', {
        range: [Math.max(2, drawn.length) - 0.5, -0.5],
        showticklabels: false,
        ...{ showgrid: false, ticks: '' },
      }),
      annotations: [
        ...key.annotations,
        ...drawn.map(({ text }, row) => ({
          text: `<span style="color:${shown.includes(winners[row]) ? colours[winners[row]] : OTHERS}">■</span> ${plainText(fitText(text, TEXT_WIDTH, SIZE))}`,
          ...{ xref: 'paper', x: 0, xanchor: 'left', xshift: 16 - left, yref: 'y', y: row },
          ...{ showarrow: false, borderpad: 0, font: { size: SIZE, color: INK } },
        })),
        ...drawn.flatMap(({ note }, row) =>
          note
            ? {
                text: `<i>${plainText(note)}</i>`,
                ...{ x: longest, y: row, xref: 'x', yref: 'y', xanchor: 'left', xshift: 4 },
                showarrow: false,
                font: { size: SIZE, color: MUTED },
              }
            : [],
        ),
      ],
    },
    title: title(items, labels, plural),
    reading:
      `Each bar is one of the ${plural}, in order; the square has the colour of its largest part.` +
      (items.length > drawn.length
        ? ` The first ${drawn.length} of ${formatNumber(items.length)} are drawn.`
        : '') +
      note,
  };
}

function winnerOf(labels: readonly string[], values: Readonly<Record<string, number>>): string {
  return labels.reduce((best, label) => ((values[label] ?? 0) > (values[best] ?? 0) ? label : best));
}

function title(items: readonly StackedItem[], labels: readonly string[], plural: string): string {
  const wins = new Map<string, number>();
  for (const { values } of items) {
    const winner = winnerOf(labels, values);
    wins.set(winner, (wins.get(winner) ?? 0) + 1);
  }
  const [[most, count]] = [...wins].sort(([, one], [, other]) => other - one);
  return `${nameInTitle(most)} has the largest share in ${formatNumber(count)} of ${formatNumber(items.length)} ${plural}`;
}
