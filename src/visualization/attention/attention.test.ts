import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { InputError } from '../../foundation';
import type { Figure } from '../figure';
import { checkReadable } from '../rendering/readable.fixture';
import { renderPng } from '../rendering/render';
import { checkAttention } from './attention';
import { randomAttention } from './attention.fixture';
import { attentionGrid } from './attention-grid';
import { attentionLayer } from './attention-layer';

const hostile = ['[CLS]', '<script>alert(1)</script>', '"', '&', '\u202e', 'x'.repeat(80), '[SEP]'];

/** The embedded picture of a figure, decoded. */
function pictureOf(figure: Figure): Buffer {
  const [{ source }] = figure.layout.images as { source: string }[];
  return Buffer.from(source.slice(source.indexOf(',') + 1), 'base64');
}

/** Reads an unfiltered RGB picture with one IDAT chunk. */
function pixelsOf(png: Buffer): { width: number; at: (x: number, y: number) => number[] } {
  const width = png.readUInt32BE(16);
  const start = png.indexOf('IDAT') + 4;
  const lines = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)));
  return {
    width,
    at: (x, y) => [...lines.subarray(y * (1 + 3 * width) + 1 + 3 * x).subarray(0, 3)],
  };
}

test('the grid shows each weight at its place: rows attend to columns', () => {
  const first = Float32Array.of(1, 0, 0.25, 0.75);
  const second = Float32Array.of(0, 1, 0, 1);
  const { width, at } = pixelsOf(pictureOf(attentionGrid({ tokens: ['a', 'b'], layers: [[first, second]] })));
  // Two maps of 110 pixels with 4 between them, twice as large in the picture.
  assert.equal(width, 2 * (110 + 4 + 110));
  const [white, none, all] = ['255,255,255', '240,243,248', '8,48,107'];
  const colours = (left: number) =>
    [at(left + 50, 50), at(left + 160, 50), at(left + 50, 160), at(left + 160, 160)].map(String);
  assert.deepEqual(colours(0).slice(0, 2), [all, none]);
  // The square root of a quarter is a half.
  assert.equal(colours(0)[2], '124,146,178');
  assert.deepEqual(colours(2 * 114), [none, all, none, all]);
  assert.equal(String(at(222, 100)), white);
});

test('where tokens are more than pixels, the largest weight is shown', () => {
  const tokens = Array.from({ length: 250 }, (_, index) => `t${index}`);
  const weights = new Float32Array(250 * 250);
  for (let row = 0; row < 250; row++) weights[row * 250 + 113] = 1;
  const { width, at } = pixelsOf(pictureOf(attentionGrid({ tokens, layers: [[weights]] })));
  const dark = Array.from({ length: width }, (_, x) => x).filter((x) => String(at(x, 7)) === '8,48,107');
  // Pixel 100 of 220 shows the tokens from 113.6 to 114.8.
  assert.deepEqual([dark, width], [[100], 220]);
});

test('a grid of 12 × 12 heads of 25 tokens names layers and heads', async () => {
  const tokens = Array.from({ length: 25 }, (_, index) => `token${index}`);
  const figure = attentionGrid(randomAttention(tokens, 12, 12));
  const texts = await checkReadable(figure);
  for (const text of ['layer', 'head', '12']) assert.ok(texts.includes(text), text);
  assert.equal((figure.data[0].hovertext as string[])[143], 'layer 12, head 12');
  assert.match(figure.reading, /25 × 25 tokens.*Attention is not an explanation/);
  assert.ok((await renderPng(figure)).length > 10_000);
});

test('the reading has the share of the first and the last token', () => {
  const weights = Float32Array.of(0.5, 0.5, 0, 0, 1, 0, 0.25, 0.5, 0.25);
  const { reading } = attentionGrid({ tokens: ['a', 'b', 'c'], layers: [[weights]] });
  // 0.5, 0 and 0.5.
  assert.match(reading, /On average 33 % of a row/);
});

test('a layer: one line for each weight that can be seen, with its opacity and the colour of its head', () => {
  const heads = [Float32Array.of(0.99, 0.01, 0.4, 0.6), Float32Array.of(0.5, 0.5, 1, 0)];
  const svg = pictureOf(attentionLayer({ tokens: ['a', 'b'], layers: [[], heads].slice(1) }, 1)).toString();
  const lines = [
    ...svg.matchAll(
      /<line x1="0" y1="([\d.]+)" x2="560" y2="([\d.]+)" stroke="(#\w+)" stroke-opacity="([\d.]+)"\/>/g,
    ),
  ].map(([, ...parts]) => parts);
  // Rows of 21 pixels; the heads a quarter of a row above and below the middle. Strong lines last.
  assert.deepEqual(lines, [
    ['26.3', '5.3', '#D55E00', '0.400'],
    ['15.8', '15.8', '#0072B2', '0.500'],
    ['15.8', '36.8', '#0072B2', '0.500'],
    ['26.3', '26.3', '#D55E00', '0.600'],
    ['5.3', '5.3', '#D55E00', '0.990'],
    ['36.8', '15.8', '#0072B2', '1.000'],
  ]);
});

test('a layer names its tokens twice and its heads once, also special and hostile ones', async () => {
  const texts = await checkReadable(attentionLayer(randomAttention(hostile, 2, 12), 2));
  for (const text of ['[CLS]', '[SEP]', '<script>alert(1)</script>', '\\u202e'])
    assert.equal(texts.filter((one) => one === text).length, 2, text);
  assert.equal(texts.filter((text) => /head \d+$/.test(text)).length, 12);
});

test('one token, and 100 tokens, are drawn', async () => {
  const one = randomAttention(['[CLS]'], 1, 1);
  await checkReadable(attentionLayer(one, 1));
  await checkReadable(attentionGrid(one));
  const many = randomAttention(
    Array.from({ length: 100 }, (_, index) => `token${index}`),
    1,
    2,
  );
  const texts = await checkReadable(attentionLayer(many, 1));
  assert.equal(texts.filter((text) => text === 'token99').length, 2);
});

test('weights without place, padding and unknown layers are refused', () => {
  const good = randomAttention(['a', 'b'], 2, 2);
  const refuses = (attention: Parameters<typeof checkAttention>[0], pattern: RegExp) =>
    assert.throws(
      () => checkAttention(attention),
      (error) => error instanceof InputError && pattern.test(error.message),
    );
  checkAttention(good);
  refuses({ ...good, tokens: ['a', 'b', 'c'] }, /layer 1, head 1: 4 weights are not 3 × 3/);
  refuses({ ...good, tokens: [] }, /without tokens/);
  refuses({ ...good, layers: [] }, /without tokens, layers and heads/);
  refuses(
    randomAttention(
      Array.from({ length: 257 }, () => 'a'),
      1,
      1,
    ),
    /257 tokens .* at most 256/,
  );
  const scores = Float32Array.of(0.5, 0.5, 0.5, 0.6);
  refuses(
    { ...good, layers: [good.layers[0], [good.layers[1][0], scores]] },
    /layer 2, head 2: .* token 2 sum to 1\.100/,
  );
  refuses({ ...good, layers: [[Float32Array.of(-0.5, 1.5, 0, 1)]] }, /token 1 has a weight of -0\.5/);
  assert.throws(() => attentionLayer(good, 3), /no layer 3; give a number from 1 to 2/);
  assert.throws(() => attentionLayer(good, 0), InputError);
});
