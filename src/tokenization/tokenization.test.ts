import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../foundation';
import { FOUR } from '../foundation/labels.fixture';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { decodeSpans, tagTexts } from '../tasks';
import { labelsToSpans } from './decoded-labels';
import { spansToLabels } from './labels';
import { outputNames } from './tag-set';
import { BIO, TOKEN } from './tag-set.fixture';
import type { EncodedText } from './text-tokenizer';
import { Tokenizer } from './tokenizer';
import { cutWindows, joinWindows } from './windows';

const tokenizer = new Tokenizer(tinyBertFolder);

/** Texts of words that split into several tokens, with punctuation, accents, characters of two code units and odd spaces. */
const texts = fc
  .array(
    fc.constantFrom(
      'cell',
      'p53',
      'é',
      '😀',
      'T-cell',
      '(ab',
      ')',
      ' ',
      '\t',
      '  ',
      '.',
      '−',
      'naïve',
      '\u0000',
    ),
    {
      maxLength: 30,
    },
  )
  .map((parts) => parts.join(' '));

/** For each class, disjoint spans that begin and end at token boundaries; with `unit` 'word', whole words. */
function drawSpans(encoded: EncodedText, cuts: readonly number[], unit: 'token' | 'word'): Span[] {
  const starts = Array.from(encoded.ids.keys()).filter(
    (token) => unit === 'token' || token === 0 || encoded.words[token] !== encoded.words[token - 1],
  );
  const borders = [...starts, encoded.ids.length];
  return FOUR.flatMap((label, index) => {
    const chosen = [...new Set(cuts.map((cut) => (cut * (index + 3)) % borders.length))].sort(
      (a, b) => a - b,
    );
    const spans: Span[] = [];
    for (let pair = 0; pair + 1 < chosen.length; pair += index % 2 === 0 ? 1 : 2) {
      const start = encoded.starts[borders[chosen[pair]]];
      const end = encoded.ends[borders[chosen[pair + 1]] - 1];
      spans.push({ start, end, label });
    }
    return spans;
  }).sort((one, other) => one.start - other.start || one.end - other.end);
}

const byPlace = (spans: readonly Span[]) =>
  spans.map(({ start, end, label }) => `${start} ${end} ${label}`).sort();

test('spans on token boundaries survive a round trip through BIO labels', async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.nat(1000)), async (text, cuts) => {
      const [encoded] = await tokenizer.encode([text]);
      const spans = drawSpans(encoded, cuts, 'token');
      const { labels, lost, widened } = spansToLabels(encoded, spans, BIO);
      assert.deepEqual([lost, widened], [[], []]);
      assert.deepEqual(byPlace(labelsToSpans(encoded, labels, BIO)), byPlace(spans));
    }),
    { seed: 1 },
  );
});

test('the token scheme decodes spans that do not touch', async () => {
  const [encoded] = await tokenizer.encode(['cell line of t cells']);
  const spans: Span[] = [
    { start: 0, end: 9, label: 'Cell Line' },
    { start: 13, end: 20, label: 'Cell' },
  ];
  const { labels } = spansToLabels(encoded, spans, TOKEN);
  assert.deepEqual(labelsToSpans(encoded, labels, TOKEN), spans);
});

test('confident logits decode to the spans they were made from, for spans of whole words', async () => {
  for (const tagSet of [BIO, TOKEN]) {
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat(1000)), async (text, cuts) => {
        const [encoded] = await tokenizer.encode([text]);
        const spans = drawSpans(encoded, cuts, 'word');
        const { labels } = spansToLabels(encoded, spans, tagSet);
        const logits = Float32Array.from(labels, (label) => (label ? 4 : -4));
        const expected = tagSet === BIO ? spans : labelsToSpans(encoded, labels, tagSet);
        assert.deepEqual(byPlace(decodeSpans(encoded, logits, tagSet, 0.5)), byPlace(expected));
      }),
      { seed: 1 },
    );
  }
});

test('of overlapping mentions of a class the outermost is labelled, of crossing ones the first', async () => {
  const [encoded] = await tokenizer.encode(['t cells of b cells']);
  const cell = (start: number, end: number) => ({ start, end, label: 'Cell' as const });
  const organ: Span = { start: 11, end: 18, label: 'Organ Tissue' };
  const [outer, inner, crossing] = [cell(0, 10), cell(0, 7), cell(8, 18)];
  for (const tagSet of [BIO, TOKEN]) {
    for (const spans of [
      [outer, inner, organ, crossing],
      [crossing, organ, inner, outer],
    ]) {
      const { labels, covered, lost, widened } = spansToLabels(encoded, spans, tagSet);
      assert.deepEqual(labelsToSpans(encoded, labels, tagSet), [outer, organ]);
      assert.deepEqual(byPlace(covered), byPlace([inner, crossing]));
      assert.deepEqual([lost, widened], [[], []]);
    }
  }
});

test('no token both begins a mention and is inside another of its class, however spans overlap', async () => {
  const [encoded] = await tokenizer.encode(['t cells of b cells in the mouse liver']);
  const span = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 30 })).map(([start, length]) => ({
    start,
    end: Math.min(37, start + length),
    label: 'Cell' as const,
  }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 6 }), (spans) => {
      const { labels, covered } = spansToLabels(encoded, spans, BIO);
      encoded.ids.forEach((_, token) => {
        assert.ok(labels[8 * token + 2] + labels[8 * token + 3] <= 1, `token ${token}`);
      });
      const kept = spans.filter((own) => !covered.includes(own));
      for (const own of kept)
        for (const other of kept)
          assert.ok(own === other || own.end <= other.start || other.end <= own.start);
    }),
    { seed: 1 },
  );
});

test('every span that cannot be labelled exactly is reported', async () => {
  const [encoded] = await tokenizer.encode(['t \u0000 😀x']);
  assert.equal(tokenizer.tokenOf(encoded.ids[1]), '[UNK]');
  const inVoid: Span = { start: 2, end: 3, label: 'Cell' };
  const inToken: Span = { start: 6, end: 7, label: 'Cell' };
  const past: Span = { start: 20, end: 22, label: 'Cell' };
  const { lost, widened } = spansToLabels(encoded, [inVoid, inToken, past], BIO);
  assert.deepEqual(lost, [inVoid, past]);
  assert.deepEqual(widened, [inToken]);
});

test('offsets count UTF-16 code units', async () => {
  const text = '😀 p53 of 𝛽-cells';
  const [encoded] = await tokenizer.encode([text]);
  const surfaces = Array.from(encoded.ids, (_, token) =>
    text.slice(encoded.starts[token], encoded.ends[token]),
  );
  assert.equal(surfaces[0], '😀');
  assert.equal(surfaces.slice(1, 4).join(''), 'p53');
  assert.equal(surfaces.at(-1), 's');
});

test('a combining mark belongs to the letter before it', async () => {
  const text = 'ce\u0301lls\u0301 of liver\u0308\u0301, \u0301 and 🧬e\u0301.';
  const [{ starts, ends, words }] = await tokenizer.encode([text]);
  const wordsOf = new Map<number, [number, number]>();
  words.forEach((word, token) => {
    wordsOf.set(word, [wordsOf.get(word)?.[0] ?? starts[token], ends[token]]);
  });
  const slices = [...wordsOf.values()].map(([start, end]) => text.slice(start, end));
  assert.ok(slices.includes('ce\u0301lls\u0301') && slices.includes('liver\u0308\u0301'), slices.join('|'));
  assert.ok(slices.at(-2)!.endsWith('e\u0301'), slices.join('|'));
});

test('windows respect the maximum length, own every token once and include context', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(400), fc.integer({ min: 3, max: 40 }), async (count, maximumLength) => {
      const [encoded] = await tokenizer.encode(['a '.repeat(count)]);
      assert.equal(encoded.ids.length, count);
      const windows = cutWindows(encoded, tokenizer, maximumLength);
      for (const window of windows) assert.ok(window.inputIds.length <= maximumLength);
      const owned = windows.flatMap(({ ownedFrom, ownedTo }) =>
        Array.from({ length: ownedTo - ownedFrom }, (_, place) => ownedFrom + place),
      );
      assert.deepEqual(
        owned,
        Array.from({ length: count }, (_, token) => token),
      );
      // Each logit is its token's position in the text: joined, they must count up.
      const logits = windows.map(({ first, inputIds }) =>
        Float32Array.from(inputIds, (_, place) => first + place - 1),
      );
      assert.deepEqual([...joinWindows(windows, logits, 1)], owned);
    }),
    { seed: 1 },
  );
});

test('a line of 100,000 characters is tagged to its end', async () => {
  const text = `${'cells '.repeat(16_666)}end`;
  const [{ spans }] = await tagTexts(
    [text],
    tokenizer,
    async (windows) => windows.map(({ inputIds }) => new Float32Array(inputIds.length * 8).fill(3)),
    { ...BIO, maximumLength: 64, threshold: 0.5 },
  );
  assert.equal(Math.max(...spans.map(({ end }) => end)), text.length);
});

test('I without B does not open a mention: the best valid path decides', async () => {
  const [encoded] = await tokenizer.encode(['t cells']);
  const outputs = outputNames(BIO).length;
  const cell = outputNames(BIO).indexOf('B-Cell');
  const logits = new Float32Array(encoded.ids.length * outputs).fill(-5);
  for (let token = 0; token < encoded.ids.length; token++) logits[token * outputs + cell + 1] = 3;
  // B is likely enough to compensate the path B I.
  logits[cell] = -1;
  assert.deepEqual(byPlace(decodeSpans(encoded, logits, BIO, 0.5)), ['0 7 Cell']);
  const secondWord = encoded.words.indexOf(1);
  for (let token = 0; token < encoded.ids.length; token++) logits[token * outputs + cell] = -100;
  for (let token = secondWord; token < encoded.ids.length; token++) logits[token * outputs + cell + 1] = 3;
  assert.deepEqual(decodeSpans(encoded, logits, BIO, 0.5), []);
});

test('a higher threshold removes doubtful mentions', async () => {
  const [encoded] = await tokenizer.encode(['cell']);
  const logits = new Float32Array(encoded.ids.length * 8).fill(-5);
  logits[2] = 1;
  for (let token = 1; token < encoded.ids.length; token++) logits[token * 8 + 3] = 1;
  assert.equal(decodeSpans(encoded, logits, BIO, 0.5).length, 1);
  assert.equal(decodeSpans(encoded, logits, BIO, 0.9).length, 0);
  const alike = { 'Gene Mutations': 0.5, Cell: 0.5, 'Cell Line': 0.5, 'Organ Tissue': 0.5 };
  assert.equal(decodeSpans(encoded, logits, BIO, { ...alike, Cell: 0.9 }).length, 0);
  assert.equal(decodeSpans(encoded, logits, BIO, { ...alike, 'Cell Line': 0.9 }).length, 1);
});
