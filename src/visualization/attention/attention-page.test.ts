import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { JSDOM } from 'jsdom';
import { ChromiumPage, findChromium } from '../error-browser/chromium.fixture';
import type { Attention } from './attention';
import { attentionPage } from './attention-page';

const tokens = ['[CLS]', '</script><img src=x onerror="document.title=\'broken\'">', '<!--"\u202e', '[SEP]'];
const even = Array.from({ length: 16 }, () => 0.25);
/** Each token attends to the next one, the last to the first, with this weight; the rest goes to itself. */
const toNext = (weight: number) =>
  Float32Array.from(even, (_, place) => {
    const [from, to] = [Math.floor(place / 4), place % 4];
    return (to === (from + 1) % 4 ? weight : 0) + (to === from ? 1 - weight : 0);
  });
const attention: Attention = {
  tokens,
  layers: [
    [Float32Array.from(even), toNext(1)],
    [toNext(0.7), toNext(0.996)],
  ],
};
const html = attentionPage('a </title> & b', attention);

test('the page is a single file, and tokens and titles are never interpreted as markup', () => {
  const { document } = new JSDOM(html).window;
  assert.equal(document.title, 'a </title> & b: attention');
  assert.equal(document.querySelectorAll('img, link, script[src]').length, 0);
  assert.deepEqual(JSON.parse(document.getElementById('data')!.textContent!).tokens, tokens);
  assert.match(document.body.textContent!, /Attention is not an explanation/);
});

test('the weights of the page are those given, to a sixteenth bit', () => {
  const { document } = new JSDOM(html).window;
  const { layers, one } = JSON.parse(document.getElementById('data')!.textContent!);
  const bytes = Buffer.from(layers[1][0], 'base64');
  const read = Array.from(even, (_, place) => bytes.readUInt16LE(2 * place) / one);
  for (const [place, weight] of read.entries())
    assert.ok(Math.abs(weight - attention.layers[1][0][place]) < 1e-5);
});

test('100 tokens and one token make pages, wrong weights do not', () => {
  const many = Array.from({ length: 100 }, (_, index) => `t${index}`);
  const unit = Float32Array.from({ length: 10_000 }, (_, place) => (place % 101 === 0 ? 1 : 0));
  const { document } = new JSDOM(attentionPage('many', { tokens: many, layers: [[unit]] }), {
    runScripts: 'dangerously',
  }).window;
  assert.equal(document.querySelectorAll('#from li').length, 100);
  assert.equal(document.querySelectorAll('#lines line').length, 100);
  assert.match(attentionPage('one', { tokens: ['a'], layers: [[Float32Array.of(1)]] }), /"tokens":\["a"\]/);
  assert.throws(
    () => attentionPage('wrong', { tokens: ['a'], layers: [[Float32Array.of(2)]] }),
    /sum to 2\.000/,
  );
});

const program = findChromium();
const skip = program ? false : 'needs Chromium or Chrome on the path, or FALCONFRAMES_CHROMIUM';

describe('the attention page in Chromium', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  let page: ChromiumPage;
  before(async () => {
    const file = join(folder, 'attention.html');
    writeFileSync(file, html);
    page = await ChromiumPage.open(program!, pathToFileURL(file).href);
  });
  after(async () => {
    await page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const lines = () => page.read<number>("document.querySelectorAll('#lines line').length");
  const state = () => page.read<string>("document.getElementById('state').textContent");
  const tile = (head: number) => page.read(`document.querySelectorAll('#heads button')[${head - 1}].click()`);
  const weights = (side: string) =>
    page.read<string[]>(`[...document.querySelectorAll('#${side} .weight')].map((one) => one.textContent)`);
  /** Moves the mouse over an element, or, without one, away from the tokens. */
  const hover = async (selector: string) => {
    const [x, y] = await page.read<number[]>(
      `(() => { const box = document.querySelector('${selector}').getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()`,
    );
    await page.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
  };

  test('all heads of the first layer are shown, with literal tokens', async () => {
    // Sixteen lines of the even head, four of the other.
    assert.equal(await lines(), 20);
    assert.equal(await state(), 'Layer 1 of 2, 2 heads');
    const texts = await page.read(
      "[...document.querySelectorAll('#to .token')].map((one) => one.textContent)",
    );
    assert.deepEqual(texts, [tokens[0], tokens[1], '<!--"\\u202e', tokens[3]]);
    assert.equal(await page.read("document.querySelectorAll('img').length"), 0);
    assert.equal(await page.read('document.title'), 'a </title> & b: attention');
  });

  test('tiles switch heads, the selector and the keys the layer', async () => {
    await tile(1);
    assert.equal(await lines(), 4);
    assert.equal(await state(), 'Layer 1 of 2, head 2');
    await page.press('ArrowRight');
    assert.equal(await state(), 'Layer 2 of 2, head 2');
    // Weights of 0.004 could not be seen.
    assert.equal(await lines(), 4);
    await tile(1);
    assert.equal(await lines(), 12);
    await page.read("document.getElementById('none').click()");
    assert.equal(await lines(), 0);
    await page.read("document.getElementById('all').click()");
    await page.read(
      "(() => { const layer = document.getElementById('layer'); layer.value = '0'; layer.dispatchEvent(new Event('change')); })()",
    );
    assert.equal(await lines(), 20);
    await page.read(
      "document.querySelectorAll('#heads button')[1].dispatchEvent(new MouseEvent('dblclick'))",
    );
    assert.equal(await state(), 'Layer 1 of 2, head 2');
    await page.read("document.getElementById('all').click()");
  });

  test('pointing at a token shows its lines alone, with weights to two decimals', async () => {
    await page.press('ArrowRight');
    await hover('#from li:nth-child(1)');
    assert.equal(await lines(), 3);
    // Means of 0.3 and 0.004, and of 0.7 and 0.996.
    assert.deepEqual(await weights('to'), ['0.15', '0.85', '0.00', '0.00']);
    assert.match(await state(), /what “\[CLS\]” attends to; mean weights over these heads/);
    await tile(2);
    assert.deepEqual(await weights('to'), ['0.30', '0.70', '0.00', '0.00']);
    await hover('#to li:nth-child(1)');
    assert.deepEqual(await weights('from'), ['0.30', '0.00', '0.00', '0.70']);
    assert.deepEqual(await weights('to'), ['', '', '', '']);
    const strokes = await page.read(
      "[...document.querySelectorAll('#lines line')].map((line) => [line.getAttribute('y1'), line.getAttribute('stroke-opacity')])",
    );
    assert.deepEqual(strokes, [
      ['12', '0.300'],
      ['84', '0.700'],
    ]);
    await hover('h1');
    assert.equal(await lines(), 8);
    assert.deepEqual(await weights('from'), ['', '', '', '']);
  });

  test('tokens are reached by keys: arrows move, Escape shows all', async () => {
    await page.read("document.querySelector('#from li').focus()");
    await page.press('ArrowDown');
    assert.match(await state(), /what “<\/script>.*” attends to; weights/);
    assert.deepEqual(await weights('to'), ['0.00', '0.30', '0.70', '0.00']);
    assert.equal(await page.read('document.querySelectorAll(\'#from li[tabindex="0"]\').length'), 1);
    await page.press('Escape');
    assert.equal(await state(), 'Layer 2 of 2, head 1');
  });
});
