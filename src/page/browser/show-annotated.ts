import type { Entity } from '../../inference';
import { type Block, blocksOf, piecesOf } from '../pieces';
import { created, element, styled } from './element';
import type { LabelStyles } from './label-style';

/** Paragraphs shown at first, and with each click on "more". */
const AT_FIRST = 60;
const MORE = 300;

/**
 * Shows a text with its mentions marked; of a long text the beginning, and a button for more.
 *
 * @returns a function that scrolls to a mention, after showing the text up to it
 */
export function showAnnotated(
  text: string,
  entities: readonly Entity[],
  styles: LabelStyles,
): (mention: Entity) => void {
  const container = element('annotated');
  const more = element<HTMLButtonElement>('more');
  const blocks = blocksOf(text, entities);
  container.replaceChildren();
  const showNext = (number: number) => {
    const from = container.childElementCount;
    const next = blocks.slice(from, from + number);
    container.append(...next.map((block) => paragraphOf(text, block, styles)));
    const left = blocks.length - from - next.length;
    more.hidden = left === 0;
    const all = left.toLocaleString('en');
    more.textContent =
      left <= MORE ? `Show the other ${all} paragraphs` : `Show ${MORE} of the other ${all} paragraphs`;
  };
  more.onclick = () => showNext(MORE);
  showNext(AT_FIRST);
  return (mention) => {
    const index = blocks.findIndex((block) => block.entities.includes(mention));
    const missing = index + 1 - container.childElementCount;
    if (missing > 0) showNext(missing);
    for (const mark of container.querySelectorAll('.found')) mark.classList.remove('found');
    const mark = container.children[index].querySelector(`[data-start="${mention.start}"]`);
    mark?.classList.add('found');
    mark?.scrollIntoView({ block: 'center' });
  };
}

function paragraphOf(text: string, { start, end, entities }: Block, styles: LabelStyles): HTMLElement {
  const trimmed = start + text.slice(start, end).trimEnd().length;
  const last = Math.max(trimmed, ...entities.map((entity) => entity.end));
  const pieces = piecesOf(text, entities, start, last);
  return created(
    'p',
    '',
    ...pieces.map(({ text: content, covering, ending }) => {
      // Overlapping mentions are marks within marks, the longest outside; each ends with its class and score.
      const tags = ending.map((entity) => tagOf(entity));
      return covering.reduceRight<string | Node>((inner, { start, label, score }, depth) => {
        const innermost = depth === covering.length - 1;
        const mark = styled('mark', '', styles[label], inner, ...(innermost ? tags : []));
        mark.dataset.start = String(start);
        mark.title = `${label}, ${score.toFixed(3)}`;
        return mark;
      }, content);
    }),
  );
}

/** The score, and the class for those who do not see its colour. */
function tagOf({ label, score }: Entity): HTMLElement {
  return created('span', 'tag', created('span', 'hidden', ` ${label} `), score.toFixed(2));
}
