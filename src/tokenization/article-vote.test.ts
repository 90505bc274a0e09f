import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EntityClass } from '../foundation';
import { voteWithinArticle } from './article-vote';

/** Mentions stand in brackets; of one class and score. */
function part(marked: string, label: EntityClass = 'Organ Tissue', score = 0.8) {
  const spans = [];
  let text = '';
  for (const piece of marked.split(/(\[[^\]]*\])/)) {
    const start = text.length;
    text += piece.replace(/[[\]]/g, '');
    if (piece.startsWith('[')) spans.push({ start, end: text.length, label, score });
  }
  return { text, spans };
}

/** The mentions back in brackets. */
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

const vote = (...parts: ReturnType<typeof part>[]) => marked(parts, voteWithinArticle(parts));

test('the majority of places decides for all of them', () => {
  assert.deepEqual(vote(part('the [joint] and a Joint'), part('[joint], no joint')), [
    'the [joint] and a [Joint]',
    '[joint], no [joint]',
  ]);
  assert.deepEqual(vote(part('an [ECFP] and ECFP'), part('ECFP')), ['an ECFP and ECFP', 'ECFP']);
});

test('two places are too few to vote', () => {
  assert.deepEqual(vote(part('the [joint]'), part('a joint')), ['the [joint]', 'a joint']);
});

test('only whole words vote, and places in other mentions do not', () => {
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

test('classes vote apart; a place that is added has the mean score of those found', () => {
  const parts = [
    part('SAC', 'Cell', 0.9),
    part('[SAC] [SAC]', 'Cell', 0.6),
    part('[SAC]', 'Organ Tissue'),
    part('SAC'),
  ];
  const voted = voteWithinArticle(parts);
  assert.deepEqual(
    voted.map((spans) => spans.map(({ label }) => label)),
    [[], [], [], []],
  );
  parts.pop();
  assert.deepEqual(
    voteWithinArticle(parts).map((spans) => spans.map(({ label, score }) => `${label} ${score}`)),
    [['Cell 0.6'], ['Cell 0.6', 'Cell 0.6'], ['Cell 0.6']],
  );
});

test('letters whose lower case is longer do not move mentions', () => {
  assert.deepEqual(vote(part('İİ [liver]'), part('[liver] of İ'), part('Liver and liver')), [
    'İİ [liver]',
    '[liver] of İ',
    '[Liver] and [liver]',
  ]);
});

test('mentions of a class never come to overlap, and every one was found somewhere', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'ab', '[a]', '[b]', '[a b]', '[ab a]'), { maxLength: 8 });
  const article = fc.array(
    words.map((list) => part(list.join(' '))),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(article, (parts) => {
      const once = voteWithinArticle(parts);
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
