import { created } from './element';

export interface Choice {
  value: string;
  title: string;
  note?: string;
}

/** Fills a container with radio buttons, one for each choice. */
export function choices(
  container: HTMLElement,
  offered: readonly Choice[],
  chosen: string,
  onChoice: (value: string) => void,
): void {
  container.replaceChildren(
    ...offered.map(({ value, title, note }) => {
      const input = document.createElement('input');
      Object.assign(input, { type: 'radio', name: container.id, value, checked: value === chosen });
      input.className = 'hidden';
      input.addEventListener('change', () => onChoice(value));
      return created('label', '', input, title, ...(note ? [' ', created('small', '', note)] : []));
    }),
  );
}
