import type { Entity } from '../../inference';
import { created, element, styled } from './element';
import type { LabelStyles } from './label-style';

/** Shows the legend: a button for each class, which shows or hides it, with the number of its mentions. */
export function showClasses(
  labels: readonly string[],
  styles: LabelStyles,
  entities: readonly Entity[],
  leastScore: number,
  hidden: Set<string>,
  onChange: () => void,
): void {
  const container = element('classes');
  const focused = (document.activeElement as HTMLElement | null)?.dataset.label;
  const buttons = labels.map((label) => {
    const number = entities.filter((entity) => entity.label === label && entity.score >= leastScore).length;
    const button = styled('button', '', styles[label], label, created('span', 'count', String(number)));
    button.setAttribute('type', 'button');
    button.setAttribute('aria-pressed', String(!hidden.has(label)));
    button.dataset.label = label;
    button.addEventListener('click', () => {
      if (!hidden.delete(label)) hidden.add(label);
      onChange();
    });
    return button;
  });
  container.replaceChildren(...buttons);
  buttons.find(({ dataset }) => dataset.label === focused)?.focus();
}
