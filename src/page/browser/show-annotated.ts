import type { Entity } from '../../inference';
import { type Block, blocksOf, piecesOf } from '../pieces';
import { coloured, created, element } from './element';

/** Paragraphs shown at first, and with each click on "more". */
const AT_FIRST = 60;
const MORE = 300;

/** Shows a text with its mentions marked; of a long text the beginning, and a button for more. */
export function showAnnotated(
  text: string,
  entities: readonly Entity[],
  colours: Readonly<Record<string, string>>,
): void {
  const container = element('annotated');
  const more = element<HTMLButtonElement>('more');
  const blocks = blocksOf(text, entities);
  container.replaceChildren();
  const showNext = (number: number) => {
    const from = container.childElementCount;
    const next = blocks.slice(from, from + number);
    container.append(...next.map((block) => paragraphOf(text, block, colours)));
    const left = blocks.length - from - next.length;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, MORE).toLocaleString('en')} of ${left.toLocaleString('en')} more paragraphs`;
  };
  more.onclick = () => showNext(MORE);
  showNext(AT_FIRST);
}

function paragraphOf(
  text: string,
  { start, end, entities }: Block,
  colours: Readonly<Record<string, string>>,
): HTMLElement {
  const trimmed = start + text.slice(start, end).trimEnd().length;
  const last = Math.max(trimmed, ...entities.map((entity) => entity.end));
  const pieces = piecesOf(text, entities, start, last);
  return created(
    'p',
    '',
    ...pieces.map(({ text: content, covering, ending }) => {
      // Overlapping mentions are marks within marks, the longest outside; each ends with its class and score.
      const tags = ending.map((entity) => tagOf(entity, colours[entity.label]));
      return covering.reduceRight<string | Node>(
        (inner, { label }, depth) =>
          coloured('mark', '', colours[label], inner, ...(depth === covering.length - 1 ? tags : [])),
        content,
      );
    }),
  );
}

function tagOf({ label, score }: Entity, colour: string): HTMLElement {
  return coloured('span', 'tag', colour, `${label} ${score.toFixed(2)}`);
}
