/** How to read the page. */
export const INTRODUCTION = `      <p>
        Sentences with their mentions: <span class="gold sample">underlined</span> is gold,
        <span class="predicted sample">shaded</span> is predicted. Numbers count mentions under the other filters.
      </p>`;

/** What page.js fills. */
export const CONTENT = `    <form id="filters" aria-label="Filters">
      <fieldset id="kind"><legend>Outcome</legend></fieldset>
      <fieldset id="label"><legend>Label</legend></fieldset>
      <fieldset id="corpus"><legend>Corpus</legend></fieldset>
      <label for="search">Text or article <kbd>/</kbd></label>
      <input id="search" type="search" autocomplete="off" />
      <button id="reset" type="button">Reset filters</button>
    </form>
    <main>
      <nav aria-label="Pages">
        <button id="previous" type="button">Previous <kbd>←</kbd></button>
        <button id="next" type="button">Next <kbd>→</kbd></button>
        <output id="place" aria-live="polite"></output>
        <span class="keys"><kbd>j</kbd> <kbd>k</kbd> next and previous sentence</span>
      </nav>
      <ol id="sentences"></ol>
    </main>
    <noscript>The filters of this page need JavaScript.</noscript>`;
