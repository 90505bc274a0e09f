import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Resvg } from '@resvg/resvg-js';
import { InputError } from '../../foundation';
import type { MetricsRow } from '../../training';
import type { Figure } from '../figure';
import { countsByLabel } from '../figures/counts-by-label';
import { f1ByLabel } from '../figures/f1-by-label';
import { learningCurves } from '../figures/learning-curves';
import { sentenceLengths } from '../figures/sentence-lengths';
import { sizeLatencyF1 } from '../figures/size-latency-f1';
import { tokenProbabilities } from '../figures/token-probabilities';
import { LABEL_COLOURS, NEUTRAL } from '../palette';
import { composeLayout } from './compose';
import { checkReadable } from './readable.fixture';
import { renderPng, renderSvg, saveFigure } from './render';

function ofClasses<Value>(
  mutations: Value,
  cell: Value,
  cellLine: Value,
  organ: Value,
): Record<string, Value> {
  return { 'Gene Mutations': mutations, Cell: cell, 'Cell Line': cellLine, 'Organ Tissue': organ };
}

const tokens = 'The p . V ##600 ##E mutation in HeLa cells & primary T lymph ##ocytes of the liver .'.split(
  ' ',
);
const metrics: MetricsRow[] = [
  ...Array.from({ length: 300 }, (_, index) => ({
    kind: 'step' as const,
    step: index + 1,
    epoch: 1 + Math.floor(index / 100),
    loss: 0.7 * Math.exp(-index / 60) + 0.05 + 0.02 * (index % 3),
    learningRate: 1e-4,
    gradientNorm: 1,
    tokens: 500,
    tokensPerSecond: 900,
  })),
  ...[0.3, 0.5, 0.52].map((f1, index) => ({
    kind: 'evaluation' as const,
    step: 100 * (index + 1),
    epoch: index + 1,
    loss: 0.1 - 0.01 * index,
    score: f1,
    f1: ofClasses(f1, f1, f1 + 0.01, f1 + 0.3),
  })),
];

const figures: Record<string, Figure> = {
  counts: countsByLabel([
    { name: 'JNLPBA', counts: ofClasses(null, 8639, 4330, null) },
    { name: 'a corpus with a long name', counts: ofClasses(123456, 5, 0, 9123) },
  ]),
  f1: f1ByLabel([{ name: 'JNLPBA', f1: ofClasses(null, 0.72, 1, null) }]),
  lengths: sentenceLengths(
    ['train', 'Cell'].map((name, shift) => ({
      name,
      lengths: Array.from({ length: 400 }, (_, index) => 3 + shift + ((index * index) % 140)),
    })),
    { unit: 'tokens', longestInput: 128 },
  ),
  curves: learningCurves(metrics),
  begun: learningCurves(metrics.slice(0, 3)),
  tokens: tokenProbabilities({
    tokens,
    probabilities: ofClasses(
      tokens.map((_, index) => (index > 0 && index < 6 ? 0.9 : 0.1)),
      tokens.map((_, index) => index / tokens.length),
      tokens.map(() => 0),
      tokens.map(() => 1),
    ),
    gold: ofClasses(
      tokens.map((_, index) => index > 0 && index < 6),
      null,
      tokens.map(() => false),
      null,
    ),
    threshold: 0.5,
  }),
  scatter: sizeLatencyF1([
    { name: 'fp32 TensorFlow', sizeMb: 90.3, latencyMs: 21.5, f1: 0.731 },
    { name: 'fp32 ONNX', sizeMb: 90.1, latencyMs: 7.9, f1: 0.731 },
    { name: 'int8 ONNX', sizeMb: 22.8, latencyMs: 3.1, f1: 0.728 },
  ]),
};

for (const [name, figure] of Object.entries(figures)) {
  test(`no text of the figure ${name} is cut or overlaps another`, async () => {
    await checkReadable(figure);
  });
}

/** Counts the pixels of each colour in a PNG. */
function coloursOf(png: Uint8Array): { width: number; height: number; colours: Map<string, number> } {
  const bytes = Buffer.from(png);
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const { pixels } = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<image width="${width}" height="${height}" href="data:image/png;base64,${bytes.toString('base64')}"/></svg>`,
  ).render();
  const colours = new Map<string, number>();
  for (let pixel = 0; pixel < pixels.length; pixel += 4) {
    const colour = `#${pixels.toString('hex', pixel, pixel + 3)}`.toUpperCase();
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  return { width, height, colours };
}

test('the picture has the size of the layout and the colours of the labels', async () => {
  const { width, height, colours } = coloursOf(await renderPng(figures.counts));
  const layout = composeLayout(figures.counts);
  assert.equal(width, layout.width * 2);
  assert.ok(Math.abs(height - layout.height * 2) <= 2);
  // The bars: 8639 of JNLPBA's cells and 123456 mutations, a few thousand pixels each.
  assert.ok(colours.get(LABEL_COLOURS[1])! > 400);
  assert.ok(colours.get(LABEL_COLOURS[0])! > 3000);
  assert.ok(colours.get('#FFFFFF')! / (width * height) > 0.5);
  assert.ok(colours.size > 50, 'no text was drawn');
});

test('width, height and scale can be chosen', async () => {
  const { width, height, colours } = coloursOf(
    await renderPng(figures.lengths, { width: 600, height: 420, scale: 1 }),
  );
  assert.deepEqual([width, height], [600, 420]);
  assert.ok(colours.get(NEUTRAL)! > 1000);
});

test('drawing does not change the figure', async () => {
  const before = structuredClone(figures.curves);
  await renderSvg(figures.curves);
  assert.deepEqual(figures.curves, before);
});

test('control characters, tags and lone surrogates in names and tokens are drawn as escapes', async () => {
  const name = 'a\u0000\u001b[31m<b>\ud83e\u202e';
  const drawn: [string, Figure][] = [
    ['counts', countsByLabel([{ name, counts: ofClasses(null, 8639, 4330, null) }])],
    ['scatter', sizeLatencyF1([{ name, sizeMb: 1, latencyMs: 1, f1: 0.5 }])],
    ['lengths', sentenceLengths([{ name, lengths: [1, 2, 3] }], { unit: 'tokens', longestInput: 128 })],
    ['title', { ...figures.f1, title: name, reading: name }],
  ];
  for (const [kind, figure] of drawn) {
    const svg = await renderSvg(figure);
    assert.match(svg, /a\\x00\\x1b\[31m(?:&lt;|&#60;)b(?:&gt;|>)\\ud83e\\u202e/, kind);
    assert.ok((await renderPng(figure)).length > 1000, kind);
  }
});

test('figures are saved atomically, under names that end in .png', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'figures-'));
  try {
    await saveFigure(figures.f1, join(folder, 'deep', 'f1.png'));
    assert.deepEqual(readdirSync(join(folder, 'deep')), ['f1.png']);
    assert.equal(readFileSync(join(folder, 'deep', 'f1.png')).toString('latin1', 1, 4), 'PNG');
    await assert.rejects(saveFigure(figures.f1, join(folder, 'f1.svg')), InputError);
    assert.deepEqual(readdirSync(folder), ['deep']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
