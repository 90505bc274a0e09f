import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { InputError } from '../../foundation';
import type { Figure } from '../figure';
import { composeLayout } from '../rendering/compose';
import { textWidth } from '../rendering/font';
import { glyphBoxes } from '../rendering/glyph-boxes';
import { renderPng, renderSvg } from '../rendering/render';
import { parseTransform } from '../rendering/text-boxes';
import { RAINBOW, wordCloud } from './word-cloud';

const options = { title: 'Words', seed: 13 };
const words =
  'process Catalysis reaction rate cell extent frequency protein membrane binding H2O Å-ngström'.split(' ');
/** 240 words, some of them long, with counts that fall about as in real texts. */
const many = Array.from({ length: 240 }, (_, rank) => ({
  word: `${words[rank % words.length]}${rank < words.length ? '' : ` ${words[(rank * 7 + Math.floor(rank / 12)) % 12]}`}`,
  count: Math.ceil(12_000 / (rank + 1) ** 0.8),
}));

interface DrawnWord {
  text: string;
  fontSize: number;
  glyphs: { left: number; right: number; top: number; bottom: number }[];
}

/** The words of the picture, with the boxes of their glyphs where they are drawn. */
async function drawnWords(figure: Figure): Promise<DrawnWord[]> {
  const { window } = new JSDOM(await renderSvg(figure), { contentType: 'image/svg+xml' });
  return [...window.document.querySelectorAll('.textpoint text')].map((element) => {
    const text = element.textContent!;
    const fontSize = Number.parseFloat((element as unknown as SVGTextElement).style.fontSize);
    let [x, y] = ['x', 'y'].map((name) => Number.parseFloat(element.getAttribute(name) ?? '0'));
    for (let place: Element | null = element; place; place = place.parentElement) {
      const [, , , , right, down] = parseTransform(place.getAttribute('transform'));
      [x, y] = [x + right, y + down];
    }
    const left = x - textWidth(text, fontSize) / 2;
    const glyphs = glyphBoxes(text, fontSize).map((box) => ({
      ...{ left: left + box.left, right: left + box.right, top: y + box.top, bottom: y + box.bottom },
    }));
    return { text, fontSize, glyphs };
  });
}

test('all words are drawn as they were placed, inside the picture, and none overlaps another', async () => {
  const figure = wordCloud(many, options);
  const drawn = await drawnWords(figure);
  assert.equal(drawn.length, 200);
  assert.ok(drawn.every(({ fontSize }) => fontSize >= 10));
  const { width, height, margin } = composeLayout(figure);
  assert.deepEqual([width, height - margin.t], [800, 800]);
  for (const [index, { text, glyphs }] of drawn.entries())
    for (const box of glyphs) {
      const inside = box.left >= 0 && box.right <= width && box.top >= margin.t && box.bottom <= height;
      assert.ok(inside, `${text} leaves the picture: ${JSON.stringify(box)}`);
      for (const other of drawn.slice(index + 1))
        for (const near of other.glyphs) {
          const overlaps =
            Math.min(box.right, near.right) > Math.max(box.left, near.left) &&
            Math.min(box.bottom, near.bottom) > Math.max(box.top, near.top);
          assert.ok(!overlaps, `${text} and ${other.text} overlap`);
        }
    }
});

test('the boxes of glyphs are where the font draws them', () => {
  // Of DejaVu Sans: x height 1120, capital height 1493, depth of p 426 of 2048 units.
  const [p, H] = [...glyphBoxes('p', 2048), ...glyphBoxes('H', 2048)];
  const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) <= 45, `${found}`);
  near(-H.top, 1493);
  near(H.bottom, 0);
  near(-p.top, 1147);
  near(p.bottom, 426);
  assert.deepEqual(glyphBoxes(' \u0007\ud800', 10), []);
});

test('the font size grows with the square root of the count', async () => {
  const drawn = await drawnWords(
    wordCloud(
      [900, 225, 100].map((count, index) => ({ word: words[index], count })),
      options,
    ),
  );
  assert.ok(Math.abs(drawn[0].fontSize / drawn[1].fontSize - 2) < 0.01);
  assert.ok(Math.abs(drawn[0].fontSize / drawn[2].fontSize - 3) < 0.01);
});

test('the same seed gives the same picture, another seed another one', async () => {
  const some = many.slice(0, 60);
  const [one, again] = [wordCloud(some, options), wordCloud(some.toReversed(), options)];
  assert.deepEqual(one, again, 'the order of the counts does not matter');
  assert.deepEqual(await renderPng(one), await renderPng(again));
  assert.notDeepEqual(wordCloud(some, { ...options, seed: 14 }).data[0].x, one.data[0].x);
});

test('words too rare for the smallest font are left out and counted', async () => {
  const counts = [
    { word: 'common', count: 1_000_000 },
    { word: 'rare', count: 1 },
  ];
  const figure = wordCloud(counts, options);
  assert.deepEqual(
    (await drawnWords(figure)).map(({ text }) => text),
    ['common'],
  );
  assert.match(figure.reading, /^The most frequent of 2 words\./);
  assert.match(wordCloud(many, options).reading, /^The 200 most frequent of 240 words\..*process \(12,000\)/);
});

test('words that find no room at the smallest size are left out', () => {
  const long = Array.from({ length: 200 }, (_, index) => ({ word: `${index} ${'w'.repeat(36)}`, count: 5 }));
  const drawn = (wordCloud(long, options).data[0].x as number[]).length;
  assert.ok(drawn > 100 && drawn < 200, `${drawn}`);
});

test('one word, a very long word and markup are drawn as text', async () => {
  const drawn = await drawnWords(
    wordCloud(
      [
        { word: `<b>${'x'.repeat(500)}</b>`, count: 3 },
        { word: '& co', count: 1 },
      ],
      options,
    ),
  );
  assert.deepEqual(
    drawn.map(({ text }) => text),
    [`<b>${'x'.repeat(36)}…`, '& co'],
  );
});

test('what cannot be drawn is refused', () => {
  assert.throws(() => wordCloud([], options), InputError);
  assert.throws(() => wordCloud([{ word: 'a', count: 0 }], options), /"a": a count of 0/);
});

test('the colours can be read on white', () => {
  for (const colour of RAINBOW) {
    const [r, g, b] = [1, 3, 5].map((start) => {
      const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    assert.ok(1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5, colour);
  }
});
