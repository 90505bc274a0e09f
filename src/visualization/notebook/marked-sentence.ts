import { InputError, notebookKernel, type Span } from '../../foundation';
import { INK, labelColours, MUTED, withOpacity } from '../palette';
import { escapeHtml } from './html';

/** A sentence to show; gold and predicted spans are side by side if both are given. */
export interface MarkedSentence {
  text: string;
  gold: readonly Span[];
  predicted?: readonly Span[];
  /** The origin of the sentence, or a remark. */
  note?: string;
}

/**
 * Renders a sentence as HTML with its spans coloured by label; the label is also written after each span, for colour-blind readers.
 * Spans may overlap: the overlap shows the colours of all in stripes.
 *
 * @param labels determine the colours; other labels follow
 * @throws InputError for a span outside the text
 */
export function markedSentence(text: string, spans: readonly Span[], labels: readonly string[] = []): string {
  for (const { start, end, label } of spans) {
    if (!(start >= 0 && start < end && end <= text.length)) {
      throw new InputError(
        `A ${label} span runs from ${start} to ${end} in a text of ${text.length} characters; correct the offsets`,
      );
    }
  }
  const all = withLabelsOf(spans, labels);
  const colours = labelColours(all);
  const borders = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])];
  borders.sort((a, b) => a - b);
  return borders
    .slice(1)
    .map((end, index) => {
      const start = borders[index];
      const covering = spans.filter((span) => span.start <= start && span.end >= end);
      const ending = spans.filter((span) => span.end === end);
      const piece = escapeHtml(text.slice(start, end));
      if (covering.length === 0) return piece;
      const labelsAmong = (some: readonly Span[]) =>
        all.filter((label) => some.some((span) => span.label === label));
      const tags = labelsAmong(ending).map((label) => tag(label, colours[label]));
      const highlighted = highlight(labelsAmong(covering).map((label) => colours[label]));
      return `<span style="${highlighted}">${piece}</span>${tags.join('')}`;
    })
    .join('');
}

/** Returns the given labels, then those that only occur in spans. */
function withLabelsOf(spans: readonly Span[], labels: readonly string[]): string[] {
  return [...new Set([...labels, ...spans.map(({ label }) => label)])];
}

function highlight(colours: readonly string[]): string {
  const tint = (colour: string) => withOpacity(colour, 0.25);
  const stripes = colours.flatMap((colour, index) =>
    [index, index + 1].map((edge) => `${tint(colour)} ${Math.round((100 * edge) / colours.length)}%`),
  );
  const fill =
    colours.length > 1
      ? `background: linear-gradient(${stripes.join(', ')})`
      : `background-color: ${tint(colours[0])}`;
  return `${fill}; border-bottom: 2px solid ${colours[0]}; padding: 1px 0`;
}

function tag(label: string, colour: string): string {
  return (
    `<span style="border: 1px solid ${colour}; background-color: white; color: ${INK}; font-size: 70%; ` +
    `padding: 0 4px; margin: 0 2px; border-radius: 3px; white-space: nowrap">${escapeHtml(label)}</span>`
  );
}

export interface MarkedSentencesOptions {
  /** Determine the colours; default: the labels of the spans in order of first appearance. */
  labels?: readonly string[];
  /** Headings of the two columns; default: "Gold" and "Predicted". */
  headings?: readonly [string, string];
}

/** Renders one sentence per row: gold on the left, predicted on the right if any sentence has predictions. */
export function markedSentencesHtml(
  sentences: readonly MarkedSentence[],
  caption: string,
  { labels = [], headings: [left, right] = ['Gold', 'Predicted'] }: MarkedSentencesOptions = {},
): string {
  const spans = sentences.flatMap(({ gold, predicted = [] }) => [...gold, ...predicted]);
  const all = withLabelsOf(spans, labels);
  const compares = sentences.some(({ predicted }) => predicted);
  const cell = (tagName: 'td' | 'th', content: string) =>
    `<${tagName} style="text-align: left; vertical-align: top; padding: 6px 12px; line-height: 1.9; border: none; ` +
    `border-bottom: 1px solid #ddd${compares ? '; width: 50%' : ''}">${content}</${tagName}>`;
  const rows = sentences.map(({ text, gold, predicted, note }) => {
    const remark = note ? `<div style="color: ${MUTED}; font-size: 85%">${escapeHtml(note)}</div>` : '';
    const columns = [cell('td', remark + markedSentence(text, gold, all))];
    if (compares) columns.push(cell('td', predicted ? markedSentence(text, predicted, all) : ''));
    return `<tr>${columns.join('')}</tr>`;
  });
  const header = compares
    ? `<thead><tr>${cell('th', escapeHtml(left))}${cell('th', escapeHtml(right))}</tr></thead>`
    : '';
  return (
    '<table style="border-collapse: collapse; margin: 8px 0; width: 100%">' +
    `<caption style="caption-side: top; text-align: left; padding: 4px 12px; color: ${MUTED}">${escapeHtml(caption)}</caption>` +
    `${header}<tbody>${rows.join('')}</tbody></table>`
  );
}

/** Shows sentences with their spans below the notebook cell; does nothing outside a notebook. */
export function showMarkedSentences(
  sentences: readonly MarkedSentence[],
  caption: string,
  options: MarkedSentencesOptions = {},
): void {
  notebookKernel()?.display.html(markedSentencesHtml(sentences, caption, options));
}
