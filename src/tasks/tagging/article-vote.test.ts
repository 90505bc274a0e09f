import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutsWord } from '../../foundation';
import { FOUR } from '../../foundation/labels.fixture';
import { BIO } from '../../tokenization/tag-set.fixture';
import { voteWithinArticle } from './article-vote';
import type { ScoredSpan } from './decoding';

/** Parses a text with mentions in brackets, of one class and score. */
function part(marked: string, label: string = 'Organ Tissue', score = 0.8) {
  const spans = [];
  let text = '';
  for (const piece of marked.split(/(\[[^\]]*\])/)) {
    const start = text.length;
    text += piece.replace(/[[\]]/g, '');
    if (piece.startsWith('[')) spans.push({ start, end: text.length, label, score });
  }
  return { text, spans };
}

/** Formats mentions in brackets again. */
function marked(parts: readonly { text: string }[], voted: ReturnType<typeof voteWithinArticle>): string[] {
  return parts.map(({ text }, index) =>
    [...voted[index]]
      .reverse()
      .reduce(
        (rest, { start, end }) => `${rest.slice(0, start)}[${rest.slice(start, end)}]${rest.slice(end)}`,
        text,
      ),
  );
}

const vote = (...parts: ReturnType<typeof part>[]) => marked(parts, voteWithinArticle(parts, BIO));

test('the majority of occurrences decides for all of them', () => {
  assert.deepEqual(vote(part('the [joint] and a Joint'), part('[joint], no joint')), [
    'the [joint] and a [Joint]',
    '[joint], no [joint]',
  ]);
  assert.deepEqual(vote(part('an [ECFP] and ECFP'), part('ECFP')), ['an ECFP and ECFP', 'ECFP']);
});

test('two occurrences are too few to vote', () => {
  assert.deepEqual(vote(part('the [joint]'), part('a joint')), ['the [joint]', 'a joint']);
});

test('only whole words vote, and occurrences in other mentions do not', () => {
  const parts = ['[bud] and rosebud, bud3', 'the [limb bud] of a [bud]', 'no bud', '[bud]s'].map((text) =>
    part(text),
  );
  assert.deepEqual(vote(...parts), [
    '[bud] and rosebud, bud3',
    'the [limb bud] of a [bud]',
    'no [bud]',
    '[bud]s',
  ]);
});

test('classes vote separately; an added mention has the mean score of those found', () => {
  const parts = [
    part('SAC', 'Cell', 0.9),
    part('[SAC] [SAC]', 'Cell', 0.6),
    part('[SAC]', 'Organ Tissue'),
    part('SAC'),
  ];
  const voted = voteWithinArticle(parts, BIO);
  assert.deepEqual(
    voted.map((spans) => spans.map(({ label }) => label)),
    [[], [], [], []],
  );
  parts.pop();
  assert.deepEqual(
    voteWithinArticle(parts, BIO).map((spans) => spans.map(({ label, score }) => `${label} ${score}`)),
    [['Cell 0.6'], ['Cell 0.6', 'Cell 0.6'], ['Cell 0.6']],
  );
});

test('letters that become longer in lower case do not shift mentions', () => {
  assert.deepEqual(vote(part('İİ [liver]'), part('[liver] of İ'), part('Liver and liver')), [
    'İİ [liver]',
    '[liver] of İ',
    '[Liver] and [liver]',
  ]);
});

test('mentions of a class never overlap, and each was found somewhere', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'ab', '[a]', '[b]', '[a b]', '[ab a]'), { maxLength: 8 });
  const article = fc.array(
    words.map((list) => part(list.join(' '))),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(article, (parts) => {
      const once = voteWithinArticle(parts, BIO);
      for (const spans of once)
        for (const [index, span] of spans.entries())
          assert.ok(index === 0 || spans[index - 1].end <= span.start);
      const wordsOf = ({ text }: { text: string }, { start, end }: { start: number; end: number }) =>
        text.slice(start, end);
      const found = parts.flatMap((own) => own.spans.map((span) => wordsOf(own, span)));
      once.forEach((spans, index) => {
        for (const span of spans) assert.ok(found.includes(wordsOf(parts[index], span)));
      });
    }),
    { seed: 5, numRuns: 500 },
  );
});

/** Reference implementation, word by word and text by text. */
function voteSimply(parts: readonly { text: string; spans: ScoredSpan[] }[]): ScoredSpan[][] {
  const texts = parts.map(({ text }) => text.toLowerCase());
  const voted: ScoredSpan[][] = parts.map(() => []);
  for (const label of FOUR) {
    const spans = parts.map((own) => own.spans.filter((span) => span.label === label));
    const different = new Set(
      spans.flatMap((own, index) => own.map(({ start, end }) => texts[index].slice(start, end))),
    );
    for (const words of [...different].sort((one, other) => other.length - one.length)) {
      const places = texts.flatMap((text, index) => freePlaces(text, words, spans[index], index));
      const found = places.flatMap(({ mention }) => mention ?? []);
      if (places.length < 3) continue;
      const isMention = 2 * found.length >= places.length;
      const score = found.reduce((sum, mention) => sum + mention.score, 0) / found.length;
      for (const { index, start, mention } of places) {
        if (isMention && !mention) spans[index].push({ start, end: start + words.length, label, score });
        if (!isMention && mention) spans[index] = spans[index].filter((span) => span !== mention);
      }
    }
    spans.forEach((own, index) => {
      voted[index].push(...own);
    });
  }
  for (const own of voted) own.sort((one, other) => one.start - other.start || one.end - other.end);
  return voted;
}

function freePlaces(text: string, words: string, spans: readonly ScoredSpan[], index: number) {
  const places: { index: number; start: number; mention?: ScoredSpan }[] = [];
  for (let start = text.indexOf(words); start >= 0; start = text.indexOf(words, start + words.length)) {
    const end = start + words.length;
    const mention = spans.find((span) => span.start === start && span.end === end);
    const isTaken = spans.some((span) => span.start < end && start < span.end);
    if (mention || (!isTaken && !cutsWord(text, { start, end }))) places.push({ index, start, mention });
  }
  return places;
}

test('the result equals that of searching for each mention in each part, whatever overlaps', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'A', ' ', ' ', '-'), { maxLength: 30 })
    .map((characters) => characters.join(''));
  const span = fc.record({
    from: fc.nat(29),
    length: fc.integer({ min: 1, max: 4 }),
    label: fc.constantFrom<string>('Cell', 'Organ Tissue'),
    score: fc.constantFrom(0.6, 0.7, 0.9),
  });
  const article = fc.array(fc.tuple(text, fc.array(span, { maxLength: 24 })), { maxLength: 6 });
  fc.assert(
    fc.property(article, (drawn) => {
      const parts = drawn.map(([own, spans]) => ({
        text: own,
        spans: spans
          .map(({ from, length, ...rest }) => ({ start: from, end: from + length, ...rest }))
          .filter(({ end }) => end <= own.length),
      }));
      assert.deepEqual(voteWithinArticle(parts, BIO), voteSimply(parts));
    }),
    { seed: 7, numRuns: 3000 },
  );
});

test('an article of many similar sentences with many different mentions is fast', () => {
  const parts = Array.from({ length: 20_000 }, (_, index) =>
    part(`A [HX${index}] was grown as HX${index >> 1} was.`),
  );
  const start = performance.now();
  const voted = voteWithinArticle(parts, BIO);
  assert.ok(performance.now() - start < 10_000);
  // What occurs three times is marked once; the later half occurs only once.
  assert.deepEqual(
    [voted[0].length, voted[9_999].length, voted[10_000].length, voted[19_999].length],
    [0, 0, 1, 1],
  );
});
