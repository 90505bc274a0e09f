import { escapeHtml } from '../notebook/html';
import { CAUTION } from './attention';

/** How to read the page. */
export const INTRODUCTION = `      <p>
        Tokens at the left attend to tokens at the right. The opacity of a line is the weight, its colour the head. Point at a token, or
        move to it with the keys, to see its lines alone, with weights.
      </p>
      <p class="caution">${escapeHtml(CAUTION)}</p>`;

/** What page.js fills. */
export const CONTENT = `    <form id="choice" aria-label="Layer and heads">
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
    <noscript>This page needs JavaScript.</noscript>`;
