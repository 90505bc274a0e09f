/** The parts of the page, already escaped as HTML, CSS, JavaScript and JSON. */
interface Parts {
  title: string;
  caution: string;
  style: string;
  script: string;
  data: string;
}

/** Renders the page around style, script and data; its content security policy blocks all loading. */
export function page({ title, caution, style, script, data }: Parts): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta
      http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
    />
    <title>${title}: attention</title>
    <style>
${style}
    </style>
  </head>
  <body>
    <header>
      <h1>${title}</h1>
      <p>
        Tokens at the left attend to tokens at the right. The opacity of a line is the weight, its colour the head. Point at a token, or
        move to it with the keys, to see its lines alone, with weights.
      </p>
      <p class="caution">${caution}</p>
    </header>
    <form id="choice" aria-label="Layer and heads">
      <label for="layer">Layer</label>
      <select id="layer"></select>
      <fieldset>
        <legend>Heads</legend>
        <span id="heads"></span>
        <button id="all" type="button">All</button>
        <button id="none" type="button">None</button>
      </fieldset>
      <p class="keys">
        <kbd>←</kbd> <kbd>→</kbd> layer, <kbd>↑</kbd> <kbd>↓</kbd> token, <kbd>Tab</kbd> other column, <kbd>Esc</kbd> all tokens; a double click
        on a head shows it alone
      </p>
    </form>
    <output id="state" aria-live="polite"></output>
    <main>
      <ol id="from" aria-label="Tokens that attend"></ol>
      <svg id="lines" aria-hidden="true"></svg>
      <ol id="to" aria-label="Tokens attended to"></ol>
    </main>
    <noscript>This page needs JavaScript.</noscript>
    <script type="application/json" id="data">${data}</script>
    <script>
${script}
    </script>
  </body>
</html>
`;
}
