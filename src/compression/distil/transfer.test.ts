import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../../foundation';
import {
  type EncodedText,
  outputNames,
  outputsPerLabel,
  spansToLabels,
  type TagSet,
} from '../../tokenization';
import { transferLogits } from './transfer';

const labels = ['x', 'y'];
const TAG_SETS: TagSet[] = [
  { scheme: 'bio', labels },
  { scheme: 'token', labels },
  { scheme: 'exclusive', labels },
  { scheme: 'exclusive', labels, words: 'first' },
  { scheme: 'exclusive', labels, words: 'all' },
  { scheme: 'exclusive', labels, words: 'all-inside' },
  { scheme: 'exclusive', labels, tags: ['I-y', 'O', 'B-x', 'I-x'] },
];
const nameOf = ({ scheme, words, tags }: TagSet) =>
  [scheme, words, tags && 'own tags'].filter(Boolean).join(', ');

/** Tokens given as [start, end, word]. */
const encodedText = (tokens: readonly (readonly [number, number, number])[]): EncodedText => ({
  ids: new Int32Array(tokens.length),
  starts: Int32Array.from(tokens, ([start]) => start),
  ends: Int32Array.from(tokens, ([, end]) => end),
  words: Int32Array.from(tokens, ([, , word]) => word),
});

/** Splits words of the given lengths, one space apart, at the characters whose bit is set. */
function split(lengths: readonly number[], bits: readonly boolean[]): EncodedText {
  const tokens: [number, number, number][] = [];
  let start = 0;
  lengths.forEach((length, word) => {
    let from = start;
    for (let place = start + 1; place <= start + length; place++)
      if (place === start + length || bits[place % bits.length]) {
        tokens.push([from, place, word]);
        from = place;
      }
    start += length + 1;
  });
  return encodedText(tokens);
}

const without = (encoded: EncodedText, isDropped: (token: number) => boolean): EncodedText =>
  encodedText(
    Array.from(
      encoded.starts,
      (start, token) => [start, encoded.ends[token], encoded.words[token]] as const,
    ).filter((_, token) => !isDropped(token)),
  );

/** Probabilities of each group of exclusive outputs of a token, the implicit "outside" last. */
function probabilitiesOf(row: readonly number[], tagSet: TagSet): number[][] {
  const size = tagSet.scheme === 'exclusive' ? row.length : outputsPerLabel(tagSet);
  return Array.from({ length: row.length / size }, (_, group) => {
    const own = row.slice(group * size, (group + 1) * size);
    const powers = (tagSet.scheme === 'exclusive' ? own : [...own, 0]).map(Math.exp);
    const sum = powers.reduce((rest, power) => rest + power, 0);
    return powers.map((power) => power / sum);
  });
}

const rowsOf = (logits: Float32Array, outputs: number): number[][] =>
  Array.from({ length: logits.length / outputs }, (_, row) => [
    ...logits.subarray(row * outputs, (row + 1) * outputs),
  ]);

const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 });
const bits = fc.array(fc.boolean(), { minLength: 3, maxLength: 40 });
const numbers = fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 5, maxLength: 60 });

for (const tagSet of TAG_SETS) {
  const outputs = outputNames(tagSet).length;

  test(`${nameOf(tagSet)}: a token has a target where it shares characters with the teacher's, between theirs`, () => {
    fc.assert(
      fc.property(lengths, bits, bits, bits, numbers, (words, splits, others, dropped, values) => {
        const teacher = without(
          split(words, splits),
          (token) => !tagSet.words && dropped[token % dropped.length],
        );
        const student = split(words, others);
        const given = Float32Array.from(
          { length: teacher.ids.length * outputs },
          (_, index) => values[index % values.length],
        );
        const { logits, taught, same } = transferLogits(given, teacher, student, tagSet);
        const theirs = rowsOf(given, outputs);
        let equal = 0;
        rowsOf(logits, outputs).forEach((row, token) => {
          const [start, end] = [student.starts[token], student.ends[token]];
          const shared = [...teacher.starts.keys()].filter(
            (other) => teacher.starts[other] < end && teacher.ends[other] > start,
          );
          const twin = shared.find((other) => teacher.starts[other] === start && teacher.ends[other] === end);
          if (twin !== undefined) equal++;
          const isFirst = token === 0 || student.words[token] !== student.words[token - 1];
          assert.equal(taught[token], shared.length > 0 && (tagSet.words !== 'first' || isFirst) ? 1 : 0);
          if (taught[token] === 0) return;
          if (twin !== undefined) assert.deepEqual(row, theirs[twin]);
          assert.ok(row.every(Number.isFinite));
          if (tagSet.words && isFirst) {
            assert.deepEqual(row, theirs[shared[0]]);
            return;
          }
          // The probability of no mention is a mean, so it lies between those of the teacher's tokens.
          const outsideOf = (one: readonly number[]) =>
            probabilitiesOf(one, tagSet).map((own) =>
              tagSet.scheme === 'exclusive' ? own[outputNames(tagSet).indexOf('O')] : own[own.length - 1],
            );
          const bounds = shared.map((other) => outsideOf(theirs[other]));
          outsideOf(row).forEach((own, group) => {
            const all = bounds.map((one) => one[group]);
            assert.ok(own >= Math.min(...all) - 1e-6 && own <= Math.max(...all) + 1e-6, `${own} of ${all}`);
          });
        });
        assert.equal(same, equal);
      }),
      { numRuns: 300 },
    );
  });

  test(`${nameOf(tagSet)}: a confident teacher gives the labels that the mentions have in the student's tokens`, () => {
    fc.assert(
      fc.property(
        lengths,
        bits,
        bits,
        fc.array(fc.nat(), { minLength: 24, maxLength: 24 }),
        (words, splits, others, draws) => {
          const [teacher, student] = [split(words, splits), split(words, others)];
          // Mentions between characters where both tokenizations, or words, begin.
          const starts = [...student.starts].filter((start, token) => {
            const isFirst = token === 0 || student.words[token] !== student.words[token - 1];
            return tagSet.scheme === 'exclusive' ? isFirst : teacher.starts.includes(start);
          });
          const places = [...starts, student.ends[student.ends.length - 1]];
          const spans: Span[] = [];
          for (let from = 0, draw = 0; from + 1 < places.length; draw++) {
            const to = Math.min(places.length - 1, from + 1 + (draws[draw % 24] % 3));
            const start = places[from];
            const end = Math.max(...[...student.ends].filter((end) => end <= places[to]));
            if (draws[(draw + 7) % 24] % 3 > 0)
              spans.push({ start, end, label: labels[draws[(draw + 3) % 24] % 2] });
            from = to;
          }
          const gold = (encoded: EncodedText) => spansToLabels(encoded, spans, tagSet);
          const sure = Float32Array.from(gold(teacher).labels, (one) => (one === 1 ? 15 : -15));
          const { logits, taught } = transferLogits(sure, teacher, student, tagSet);
          const wanted = gold(student);
          rowsOf(logits, outputs).forEach((row, token) => {
            assert.equal(taught[token], wanted.counts[token]);
            if (taught[token] === 0) return;
            const size = tagSet.scheme === 'exclusive' ? outputs : outputsPerLabel(tagSet);
            const decided = probabilitiesOf(row, tagSet).flatMap((own) => {
              const best = own.indexOf(Math.max(...own));
              return Array.from({ length: size }, (_, place) => (place === best ? 1 : 0));
            });
            assert.deepEqual(decided, [...wanted.labels.subarray(token * outputs, (token + 1) * outputs)]);
          });
        },
      ),
      { numRuns: 300 },
    );
  });
}

test("a piece that does not begin its teacher's has no B, and one that covers several has their mean", () => {
  const tagSet: TagSet = { scheme: 'bio', labels: ['x'] };
  const logit = (...row: number[]) => row.map((part) => Math.log(part)); // of B and I relative to outside
  const teacher = encodedText([
    [0, 4, 0],
    [4, 6, 0],
    [6, 7, 0],
  ]);
  // Probabilities of B, I and outside: 0.6, 0.2, 0.2; 0.1, 0.4, 0.5; 0, 0.25, 0.75.
  const given = Float32Array.from([...logit(3, 1), ...logit(0.2, 0.8), ...logit(1e-12, 1 / 3)]);
  const student = encodedText([
    [0, 1, 0],
    [1, 4, 0],
    [4, 7, 0],
    [7, 9, 0],
  ]);
  const { logits, taught, same } = transferLogits(given, teacher, student, tagSet);
  assert.deepEqual([...taught], [1, 1, 1, 0]);
  assert.equal(same, 0);
  const found = rowsOf(logits, 2).map((row) => probabilitiesOf(row, tagSet)[0]);
  const near = (own: readonly number[], expected: readonly number[]) =>
    assert.ok(
      own.every((value, place) => Math.abs(value - expected[place]) < 1e-6),
      `${own}`,
    );
  near(found[0], [0.6, 0.2, 0.2]);
  near(found[1], [0, 0.8, 0.2]);
  // A mention: (2 * 0.5 + 1 * 0.25) / 3; it begins here with probability 0.1 of 1 - 0.5 * 0.75.
  const mention = 1.25 / 3;
  const begins = 0.1 / 0.625;
  near(found[2], [mention * begins, mention * (1 - begins), 1 - mention]);
});
