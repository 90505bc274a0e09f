import type { LabelStyle } from './label-style';

/** Returns an element of index.html. */
export function element<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element "${id}"`);
  return found as Kind;
}

/** Creates an element with a class and a content, which is never interpreted as markup. */
export function created(name: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** Creates an element with the colour and line of a class. */
export function styled(
  name: string,
  className: string,
  { colour, line }: LabelStyle,
  ...content: (string | Node)[]
): HTMLElement {
  const made = created(name, className, ...content);
  made.style.setProperty('--colour', colour);
  made.style.setProperty('--line', line);
  return made;
}
