/** The parts of the page, already escaped as HTML, CSS, JavaScript and JSON. */
interface Parts {
  title: string;
  style: string;
  script: string;
  data: string;
}

/** Renders the page around style, script and data; its content security policy blocks all loading. */
export function page({ title, style, script, data }: Parts): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta
      http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
    />
    <title>${title}: errors</title>
    <style>
${style}
    </style>
  </head>
  <body>
    <header>
      <h1>${title}</h1>
      <p>
        Sentences with their mentions: <span class="gold sample">underlined</span> is gold,
        <span class="predicted sample">shaded</span> is predicted. Numbers count mentions under the other filters.
      </p>
    </header>
    <form id="filters" aria-label="Filters">
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
    <noscript>The filters of this page need JavaScript.</noscript>
    <script type="application/json" id="data">${data}</script>
    <script>
${script}
    </script>
  </body>
</html>
`;
}
