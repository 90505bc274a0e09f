import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byLabel, createRandom, type Random, type Sentence, type Span } from '../foundation';
import { FOUR } from '../foundation/labels.fixture';
import { meanF1, scoreSpans, scoreTokens, type TokenOutcomes } from '../tasks';
import { type ArticleCounts, countByArticle, meanSpanF1, spanF1, sumRows, tokenF1 } from './article-counts';
import { bootstrapIntervals } from './bootstrap';
import { compareModels, verdict } from './comparison';
import { sentence, span } from './gold.fixture';
import { holm, permutationTest } from './permutation';

const f1 = spanF1(FOUR, 'Cell');
const CELL = 3; // the first column of Cell: hits, predicted, gold

/** Simulates articles tagged by a model that finds each mention with probability `skill`, and predicts some spurious ones. */
function articles(random: Random, golds: readonly number[], skill: number): Float64Array[] {
  return golds.map((gold) => {
    const row = new Float64Array(28);
    let hits = 0;
    let invented = 0;
    for (let mention = 0; mention < gold; mention++) {
      if (random.next() < skill) hits++;
      if (random.next() < 0.2) invented++;
    }
    row.set([hits, hits + invented, gold], CELL);
    return row;
  });
}

const golds = (random: Random, count: number) => Array.from({ length: count }, () => random.below(12));

test('the interval contains the estimate', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 20, max: 60 }), (seed, count) => {
      const random = createRandom(seed);
      const rows = articles(random, golds(random, count), 0.3 + random.next() / 2);
      const [interval] = bootstrapIntervals(rows, [f1], { resamples: 200, seed });
      const estimate = f1(sumRows(rows))!;
      assert.ok(interval![0] <= estimate && estimate <= interval![1]);
      assert.deepEqual(bootstrapIntervals(rows, [f1], { resamples: 200, seed }), [interval]);
    }),
    { seed: 5, numRuns: 100 },
  );
});

test('about 95 of 100 intervals contain the true value', () => {
  // Skill .6 and .2 spurious predictions per gold mention: F1 = 2 * .6 / (.6 + .2 + 1).
  const truth = 1.2 / 1.8;
  const random = createRandom(8);
  let covered = 0;
  for (let round = 0; round < 400; round++) {
    const rows = articles(random, golds(random, 60), 0.6);
    const [interval] = bootstrapIntervals(rows, [f1], { resamples: 200, seed: round });
    if (interval![0] <= truth && truth <= interval![1]) covered++;
  }
  assert.ok(covered / 400 > 0.91 && covered / 400 < 0.985, `${covered / 400}`);
});

test('there is no interval without variation or without gold', () => {
  const random = createRandom(1);
  assert.deepEqual(bootstrapIntervals(articles(random, [5], 0.5), [f1], { seed: 1 }), [null]);
  assert.deepEqual(bootstrapIntervals(articles(random, [0, 0, 0], 0.5), [f1], { seed: 1 }), [null]);
  assert.deepEqual(bootstrapIntervals([], [f1], { seed: 1 }), [null]);
});

test('identical models give p = 1, a much better one a small p, in either order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const random = createRandom(seed);
      const counts = golds(random, 30);
      const good = articles(random, counts, 0.9);
      const bad = articles(random, counts, 0.4);
      const options = { permutations: 200, seed };
      assert.deepEqual(permutationTest(good, good, [f1, spanF1(FOUR, 'Cell Line')], options), [1, null]);
      const [p] = permutationTest(good, bad, [f1], options);
      assert.ok(p! < 0.01, `${p}`);
      assert.deepEqual(permutationTest(bad, good, [f1], options), [p]);
    }),
    { seed: 9, numRuns: 30 },
  );
});

test('p-values of equal models are uniform', () => {
  const random = createRandom(21);
  const values: number[] = [];
  for (let round = 0; round < 500; round++) {
    const counts = golds(random, 30);
    const [one, other] = [articles(random, counts, 0.6), articles(random, counts, 0.6)];
    values.push(permutationTest(one, other, [f1], { permutations: 199, seed: round })[0]!);
  }
  // Uniform: the share below each level is the level, give or take three standard errors.
  for (const level of [0.05, 0.1, 0.25, 0.5, 0.75]) {
    const share = values.filter((p) => p <= level).length / values.length;
    assert.ok(
      Math.abs(share - level) < 3 * Math.sqrt((level * (1 - level)) / 500),
      `${share} below ${level}`,
    );
  }
});

test("Holm's correction multiplies the smallest p by their number and keeps the order", () => {
  assert.deepEqual(holm([0.01, null, 0.04, 0.03]), [0.03, null, 0.06, 0.06]);
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
  assert.deepEqual(holm([null]), [null]);
});

/** Sentences with one cell each, one token per character, and a model that finds some. */
function corpus(found: (index: number) => boolean) {
  const gold: Sentence[] = Array.from({ length: 60 }, (_, index) =>
    sentence('abcd', [[0, 2, 'Cell']], ['Cell'], `A${index % 20}`),
  );
  const predicted: Span[][] = gold.map((_, index) => (found(index) ? [span(0, 2, 'Cell')] : []));
  const outcomes = byLabel(FOUR, (label): TokenOutcomes => {
    if (label !== 'Cell')
      return { probabilities: new Float64Array(), inside: new Uint8Array(), ends: new Int32Array(60) };
    return {
      probabilities: Float64Array.from({ length: 240 }, (_, token) =>
        token % 4 < 2 && found(Math.floor(token / 4)) ? 0.45 : 0.1,
      ),
      inside: Uint8Array.from({ length: 240 }, (_, token) => (token % 4 < 2 ? 1 : 0)),
      ends: Int32Array.from({ length: 60 }, (_, index) => 4 * (index + 1)),
    };
  });
  const counts: ArticleCounts = countByArticle(gold, predicted, outcomes, 0.4);
  return { gold, predicted, outcomes, counts };
}

test('the counts of articles add up to the total scores', () => {
  const { gold, predicted, outcomes, counts } = corpus((index) => index % 3 === 0);
  assert.equal(counts.articles.length, 20);
  const sums = sumRows(counts.rows);
  assert.equal(f1(sums), scoreSpans(gold, predicted).Cell.f1);
  assert.equal(meanSpanF1(FOUR)(sums), meanF1(scoreSpans(gold, predicted)));
  assert.equal(tokenF1(FOUR, 'Cell')(sums), scoreTokens(outcomes, 0.4).Cell.f1);
  assert.equal(tokenF1(FOUR, 'Cell')(sums), 0.5);
  assert.equal(tokenF1(FOUR, 'Cell Line')(sums), null);
});

test('a comparison names a better model only if the difference is significant', () => {
  const good = corpus((index) => index % 10 !== 0).counts;
  const bad = corpus((index) => index % 3 === 0).counts;
  const options = { resamples: 500, seed: 2 };
  const { meanF1: overall, spans, tokens } = compareModels(good, bad, options);
  assert.equal(verdict(overall!), 'better');
  assert.ok(spans.Cell!.interval![0] > 0 && tokens.Cell!.p < 0.05);
  assert.equal(spans['Cell Line'], null);
  assert.equal(verdict(compareModels(bad, good, options).spans.Cell!), 'worse');
  const { difference, p } = compareModels(good, good, options).meanF1!;
  assert.deepEqual([difference, p], [0, 1]);
  assert.equal(verdict({ difference, interval: null, p }), 'not settled');
  assert.throws(() => compareModels(good, { ...bad, articles: ['other'] }, options), /different sentences/);
  // The first article with one gold mention of a cell more, then with one token more outside of any.
  const changed = (column: number) => ({
    ...bad,
    rows: bad.rows.map((row, article) =>
      row.map((count, at) => count + Number(article === 0 && at === column)),
    ),
  });
  assert.throws(() => compareModels(good, changed(5), options), /different sentences/);
  const otherTokens = compareModels(good, changed(12 + 4), options);
  assert.equal(otherTokens.tokens.Cell, null);
  assert.deepEqual(otherTokens.spans.Cell, spans.Cell);
});
