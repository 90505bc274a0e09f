import type { Entity } from '../../inference';
import { created, element, styled } from './element';
import type { LabelStyles } from './label-style';

/** Rows of the table; exports have all mentions. */
const MOST = 200;

/**
 * Shows a table of the distinct mentions, the most frequent first.
 *
 * @param goTo called with the next of its places each time that a mention is clicked
 */
export function showMentions(
  entities: readonly Entity[],
  styles: LabelStyles,
  goTo: (mention: Entity) => void,
): void {
  const rows = new Map<string, { text: string; label: string; places: Entity[]; score: number }>();
  for (const entity of entities) {
    const { text, label, score } = entity;
    const key = `${label}\n${text}`;
    const row = rows.get(key) ?? { text, label, places: [], score: 0 };
    row.places.push(entity);
    row.score = Math.max(row.score, score);
    rows.set(key, row);
  }
  const sorted = [...rows.values()].sort(
    (one, other) => other.places.length - one.places.length || other.score - one.score,
  );
  element('mentions').replaceChildren(
    ...sorted
      .slice(0, MOST)
      .map(({ text, label, places, score }) =>
        created(
          'tr',
          '',
          created('td', '', linkTo(text, places, goTo)),
          created('td', '', styled('span', 'swatch', styles[label]), label),
          created('td', 'number', places.length.toLocaleString('en')),
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

function linkTo(text: string, places: readonly Entity[], goTo: (mention: Entity) => void): HTMLElement {
  const button = created('button', 'link', text);
  button.setAttribute('type', 'button');
  button.title = 'Show in the text; again for the next place';
  let next = 0;
  button.addEventListener('click', () => goTo(places[next++ % places.length]));
  return button;
}
