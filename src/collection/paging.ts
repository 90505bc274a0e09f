/** After this many pages in a row that only repeat earlier ones, paging ends. */
const PAGES_OF_REPEATS = 3;
/** After this many pages in a row without a wanted article, paging ends. */
const PAGES_OF_OTHERS = 100;
/** Articles remembered per page; at most 100 are requested. */
const REMEMBERED = 1_000;

/** Finds the end of a paged list, even if the service's cursors repeat or never end. */
export class Paging {
  readonly #cursors = new Set<string>();
  readonly #seen = new Set<string>();
  #repeats = 0;
  #others = 0;
  #found = 0;

  /**
   * Returns the cursor of the next page; undefined if there is none, or if it would bring nothing new.
   *
   * @param keys identify the articles on the page
   * @param take collects the wanted articles from the page and returns the total number found
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
