import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { JSDOM } from 'jsdom';
import type { ExaminedSentence } from '../../evaluation';
import type { Span } from '../../foundation';
import { ChromiumPage, findChromium } from './chromium.fixture';
import { errorBrowser } from './error-browser';

const span = (text: string, words: string, label: string): Span => {
  const start = text.indexOf(words);
  assert.ok(start >= 0, words);
  return { start, end: start + words.length, label };
};

function examined(corpus: string, text: string, gold: Span[], predicted: Span[]): ExaminedSentence {
  const sentence = {
    ...{ article: `of ${corpus}`, section: 'Results', paragraph: 0, offset: 0, text },
    ...{ spans: gold, annotated: ['Cell', 'Cell Line'] as string[] },
  };
  // The page does not use tokens and logits.
  return { corpus, sentence, tagged: { spans: predicted } as unknown as ExaminedSentence['tagged'] };
}

const nasty = 'HeLa </script><img src=x onerror="document.title=\'broken\'"> & <!-- T "cells" {{style}} $& T';
const border = 'human T cells grew';
const many = Array.from({ length: 120 }, (_, number) => `HeLa number ${number}`);
const sentences = [
  examined('one', nasty, [span(nasty, 'HeLa', 'Cell Line')], []),
  examined('one', border, [span(border, 'T cells', 'Cell')], [span(border, 'human T cells', 'Cell')]),
  examined(
    'two',
    'HeLa grew',
    [{ start: 0, end: 4, label: 'Cell Line' }],
    [{ start: 0, end: 4, label: 'Cell' }],
  ),
  examined('two', 'no mention at all', [], []),
  examined('two', 'V600E alone', [], [{ start: 0, end: 5, label: 'Gene Mutations' }]),
  examined(
    'two',
    'HEK grew',
    [{ start: 0, end: 3, label: 'Cell Line' }],
    [{ start: 0, end: 3, label: 'Cell Line' }],
  ),
  ...many.map((text) => examined('many', text, [], [{ start: 0, end: 4, label: 'Cell Line' as const }])),
];
const html = errorBrowser('a </title> & b', sentences);

test('the page is a single file, and texts and titles are never interpreted as markup', () => {
  const { document } = new JSDOM(html).window;
  assert.equal(document.title, 'a </title> & b: errors');
  assert.equal(document.querySelectorAll('img, link, script[src]').length, 0);
  const data = JSON.parse(document.getElementById('data')!.textContent!);
  assert.equal(data.sentences[0].text, nasty);
  // Sentences without mentions, or with predictions only of classes that are not annotated there, are not shown.
  assert.equal(data.sentences.length, sentences.length - 2);
});

test('control and bidirectional characters are shown as escapes in texts and names of corpora and articles', () => {
  const text = 'HeLa \u001b[31m \u202e\u0007 grew';
  const page = errorBrowser('m\u202eodel', [
    examined('\u009bcorpus', text, [span(text, 'HeLa', 'Cell Line')], []),
  ]);
  const { document } = new JSDOM(page, { runScripts: 'dangerously' }).window;
  assert.equal(document.title, 'm\\u202eodel: errors');
  assert.equal(document.querySelector('#sentences p')!.textContent, 'HeLa \\x1b[31m \\u202e\\x07 grew');
  assert.match(
    document.querySelector('#sentences .origin')!.textContent!,
    /^\\x9bcorpus, article of \\x9bcorpus/,
  );
  assert.match(document.getElementById('corpus')!.textContent!, /\\x9bcorpus/);
});

test('a page without sentences is valid', () => {
  const { document } = new JSDOM(errorBrowser('model', [])).window;
  assert.deepEqual(JSON.parse(document.getElementById('data')!.textContent!).sentences, []);
});

const program = findChromium();
const skip = program ? false : 'needs Chromium or Chrome on the path, or FALCONFRAMES_CHROMIUM';

describe('the error browser in Chromium', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  let page: ChromiumPage;
  before(async () => {
    const file = join(folder, 'errors.html');
    writeFileSync(file, html);
    page = await ChromiumPage.open(program!, pathToFileURL(file).href);
  });
  after(async () => {
    await page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const texts = () =>
    page.read<string[]>("[...document.querySelectorAll('#sentences p')].map((p) => p.textContent)");
  const summary = () => page.read<string>("document.getElementById('place').textContent");
  const toggle = (value: string) => page.read(`document.querySelector('input[value="${value}"]').click()`);
  const count = (value: string) =>
    page.read<string>(
      `document.querySelector('input[value="${value}"]').parentNode.querySelector('output').textContent`,
    );
  const reset = () => page.read("document.getElementById('reset').click()");

  test('at first all errors are shown, one page at a time, with literal texts', async () => {
    assert.equal(await summary(), '123 mentions in 123 sentences; 1 to 50');
    const shown = await texts();
    assert.equal(shown.length, 50);
    assert.deepEqual(shown.slice(0, 3), [nasty, border, 'HeLa grew']);
    assert.equal(await page.read("document.querySelectorAll('img').length"), 0);
    assert.equal(await page.read('document.title'), 'a </title> & b: errors');
  });

  test('gold is underlined, predicted is shaded, and the overlap is both', async () => {
    const marks = await page.read(
      "[...document.querySelectorAll('#sentences li:nth-child(2) p span')].map((s) => [s.className, s.textContent, s.title])",
    );
    assert.deepEqual(marks, [
      ['predicted', 'human ', 'gold: none; predicted: Cell'],
      ['gold predicted', 'T cells', 'gold: Cell; predicted: Cell'],
    ]);
  });

  test('filters select kind, label and corpus; counts follow the other filters', async () => {
    await toggle('spurious');
    assert.equal(await summary(), '3 mentions in 3 sentences');
    assert.equal(await count('spurious'), '120', 'what would come back');
    await toggle('Cell');
    // The mention with the wrong label is still a gold mention of Cell Line.
    assert.deepEqual(await texts(), [nasty, 'HeLa grew']);
    await toggle('correct');
    assert.deepEqual(await texts(), [nasty, 'HeLa grew', 'HEK grew']);
    await toggle('one');
    assert.deepEqual(await texts(), ['HeLa grew', 'HEK grew']);
    assert.equal(await count('missed'), '0');
    await reset();
    assert.match(await summary(), /^123 mentions/);
  });

  test('keys: / focuses the search, arrows turn pages, j and k move between sentences', async () => {
    await page.press('/');
    assert.equal(await page.read('document.activeElement.id'), 'search');
    for (const letter of 'HUMAN') await page.press(letter, letter);
    assert.deepEqual(await texts(), [border]);
    await page.press('Escape');
    await reset();
    await page.press('ArrowRight');
    await page.press('ArrowRight');
    assert.equal(await summary(), '123 mentions in 123 sentences; 101 to 123');
    assert.equal(await page.read("document.getElementById('next').disabled"), true);
    await page.press('ArrowLeft');
    assert.match(await summary(), /51 to 100$/);
    const focused = () => page.read<string>("document.activeElement.querySelector('p').textContent");
    await page.press('j');
    const first = await focused();
    await page.press('j');
    assert.notEqual(await focused(), first);
    await page.press('k');
    assert.equal(await focused(), first);
  });

  test('text and background have high contrast in both colour schemes', async () => {
    for (const value of ['light', 'dark']) {
      await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
      const [ink, paper] = await page.read<number[]>(
        `['color', 'backgroundColor'].map((name) => {
          const [r, g, b] = getComputedStyle(document.documentElement)[name].match(/[\\d.]+/g).map(Number);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        })`,
      );
      assert.ok(value === 'light' ? paper - ink > 180 : ink - paper > 180, `${value}: ${ink} on ${paper}`);
    }
  });
});
