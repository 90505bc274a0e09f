import type { Entity } from '../../inference';
import { created, element, styled } from './element';
import type { LabelStyles } from './label-style';

/** Rows of the table; exports have all mentions. */
const MOST = 200;

/** Shows a table of the distinct mentions, the most frequent first. */
export function showMentions(entities: readonly Entity[], styles: LabelStyles): void {
  const rows = new Map<string, { text: string; label: string; count: number; score: number }>();
  for (const { text, label, score } of entities) {
    const key = `${label}\n${text}`;
    const row = rows.get(key) ?? { text, label, count: 0, score: 0 };
    row.count++;
    row.score = Math.max(row.score, score);
    rows.set(key, row);
  }
  const sorted = [...rows.values()].sort((one, other) => other.count - one.count || other.score - one.score);
  element('mentions').replaceChildren(
    ...sorted
      .slice(0, MOST)
      .map(({ text, label, count, score }) =>
        created(
          'tr',
          '',
          created('td', '', text),
          created('td', '', styled('span', 'swatch', styles[label]), label),
          created('td', 'number', count.toLocaleString('en')),
          created('td', 'number', score.toFixed(2)),
        ),
      ),
  );
  element('mentions-note').textContent =
    sorted.length === 0
      ? 'None with this filter.'
      : sorted.length > MOST
        ? `The ${MOST} most frequent of ${sorted.length.toLocaleString('en')}; exports have all.`
        : '';
}
