import { ENTITY_CLASSES, InputError, notebookKernel, type Span } from '../../foundation';
import { CLASS_COLOURS, INK, MUTED, withOpacity } from '../palette';
import { escapeHtml } from './html';

/** A sentence to show; gold and predicted spans stand side by side where both are given. */
export interface MarkedSentence {
  text: string;
  gold: readonly Span[];
  predicted?: readonly Span[];
  /** Where the sentence is from, or what is to be noticed about it. */
  note?: string;
}

/**
 * A sentence as HTML with its spans coloured by class; the class is also written after each span, for eyes that tell no
 * colours apart. Spans may overlap: the shared stretch shows the colours of all in stripes.
 */
export function markedSentence(text: string, spans: readonly Span[]): string {
  for (const { start, end, label } of spans) {
    if (!(start >= 0 && start < end && end <= text.length)) {
      throw new InputError(
        `A ${label} span runs from ${start} to ${end} in a text of ${text.length} characters; correct the offsets`,
      );
    }
  }
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
      const labels = ENTITY_CLASSES.filter((label) => covering.some((span) => span.label === label));
      const tags = ENTITY_CLASSES.filter((label) => ending.some((span) => span.label === label));
      return `<span style="${highlight(labels)}">${piece}</span>${tags.map(tag).join('')}`;
    })
    .join('');
}

function highlight(labels: readonly string[]): string {
  const tint = (label: string) => withOpacity(CLASS_COLOURS[label], 0.25);
  const stripes = labels.flatMap((label, index) =>
    [index, index + 1].map((edge) => `${tint(label)} ${Math.round((100 * edge) / labels.length)}%`),
  );
  const fill =
    labels.length > 1
      ? `background: linear-gradient(${stripes.join(', ')})`
      : `background-color: ${tint(labels[0])}`;
  return `${fill}; border-bottom: 2px solid ${CLASS_COLOURS[labels[0]]}; padding: 1px 0`;
}

function tag(label: string): string {
  return (
    `<span style="border: 1px solid ${CLASS_COLOURS[label]}; background-color: white; color: ${INK}; font-size: 70%; ` +
    `padding: 0 4px; margin: 0 2px; border-radius: 3px; white-space: nowrap">${label}</span>`
  );
}

const GOLD_AND_PREDICTED = ['Gold', 'Predicted'] as const;

/** Sentences below one another, one a row: gold to the left, predicted to the right where any sentence has it. */
export function markedSentencesHtml(
  sentences: readonly MarkedSentence[],
  caption: string,
  [left, right]: readonly [string, string] = GOLD_AND_PREDICTED,
): string {
  const compares = sentences.some(({ predicted }) => predicted);
  const cell = (tagName: 'td' | 'th', content: string) =>
    `<${tagName} style="text-align: left; vertical-align: top; padding: 6px 12px; line-height: 1.9; border: none; ` +
    `border-bottom: 1px solid #ddd${compares ? '; width: 50%' : ''}">${content}</${tagName}>`;
  const rows = sentences.map(({ text, gold, predicted, note }) => {
    const remark = note ? `<div style="color: ${MUTED}; font-size: 85%">${escapeHtml(note)}</div>` : '';
    const columns = [cell('td', remark + markedSentence(text, gold))];
    if (compares) columns.push(cell('td', predicted ? markedSentence(text, predicted) : ''));
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

/** Shows sentences with their spans below the notebook cell; outside a notebook nothing happens. */
export function showMarkedSentences(
  sentences: readonly MarkedSentence[],
  caption: string,
  headings?: readonly [string, string],
): void {
  notebookKernel()?.display.html(markedSentencesHtml(sentences, caption, headings));
}
