/** So many pages in a row may hold nothing but what earlier ones held. */
const PAGES_OF_REPEATS = 3;
/** So many pages in a row may bring articles, but none that is wanted. */
const PAGES_OF_OTHERS = 100;
/** Of a page no more is remembered; the service is asked for 100 at most. */
const REMEMBERED = 1_000;

/** Finds the end of a list in pages, also where the service's cursors go round in circles or never end. */
export class Paging {
  readonly #cursors = new Set<string>();
  readonly #seen = new Set<string>();
  #repeats = 0;
  #others = 0;
  #found = 0;

  /**
   * The cursor of the next page, or undefined where there is none or it would bring nothing.
   *
   * @param keys tell the articles on the page from others
   * @param take takes what is wanted from the page and returns how much has been found in all
   */
  cursorAfter(next: string | undefined, keys: readonly string[], take: () => number): string | undefined {
    const before = this.#seen.size;
    for (const key of keys.slice(0, REMEMBERED)) this.#seen.add(key);
    this.#repeats = this.#seen.size > before ? 0 : this.#repeats + 1;
    const found = take();
    this.#others = found > this.#found ? 0 : this.#others + 1;
    this.#found = found;
    if (next === undefined || this.#cursors.has(next)) return undefined;
    this.#cursors.add(next);
    return this.#repeats >= PAGES_OF_REPEATS || this.#others >= PAGES_OF_OTHERS ? undefined : next;
  }
}
