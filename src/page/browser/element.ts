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

/** Creates an element that its style colours by class. */
export function coloured(
  name: string,
  className: string,
  colour: string,
  ...content: (string | Node)[]
): HTMLElement {
  const made = created(name, className, ...content);
  made.style.setProperty('--colour', colour);
  return made;
}
