import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextTask, planRungs } from './rungs';
import type { TrialRecord } from './trial';

const suggest = (trial: number) => ({ x: trial });
const end = { saw: 0, seconds: 1 };

/** Runs tasks one after another; a trial's score is looked up by its number, NaN means failure. */
function carryOut(
  rungs: ReturnType<typeof planRungs>,
  scores: readonly number[],
  records: TrialRecord[] = [],
) {
  for (;;) {
    const task = nextTask(rungs, suggest, records, []);
    if (!task) return records;
    const score = scores[task.trial - 1];
    records.push({ ...task, ...end, ...(Number.isNaN(score) ? { failed: 'x' } : { score, metrics: {} }) });
  }
}

const trialsOn = (records: readonly TrialRecord[], rung: number) =>
  records.filter((record) => record.rung === rung).map(({ trial }) => trial);

test('rungs are those of the first bracket in the table of Hyperband', () => {
  const rungs = planRungs(81, { rungs: 5, factor: 3 });
  assert.deepEqual(
    rungs.map(({ trials, share }) => [trials, Math.round(share * 81)]),
    [
      [81, 1],
      [27, 3],
      [9, 9],
      [3, 27],
      [1, 81],
    ],
  );
  assert.equal(rungs[4].share, 1);
});

test('halving keeps the best of each rung and no failed trial', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(Number.NaN)), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 2, max: 4 }),
      (scores, rungCount, factor) => {
        const rungs = planRungs(scores.length, { rungs: rungCount, factor });
        const records = carryOut(rungs, scores);
        const best = scores
          .map((score, index) => ({ score, trial: index + 1 }))
          .filter(({ score }) => !Number.isNaN(score))
          .sort((one, other) => other.score - one.score || one.trial - other.trial)
          .map(({ trial }) => trial);
        assert.equal(trialsOn(records, 0).length, scores.length);
        for (let rung = 1; rung < rungCount; rung++)
          assert.deepEqual(trialsOn(records, rung), best.slice(0, rungs[rung].trials));
        for (const { trial, values } of records) assert.deepEqual(values, { x: trial });
      },
    ),
    { seed: 5, numRuns: 200 },
  );
});

test('a rung starts when the previous one has ended, and additional trials let others advance', () => {
  const halving = { rungs: 2, factor: 2 };
  const scores = [1, 2, 3, 4, 5, 0, 0, 0];
  const four = planRungs(4, halving);
  const first = nextTask(four, suggest, [], [])!;
  const running = [1, 2, 3, 4].map((trial) => ({ ...first, trial }));
  assert.equal(nextTask(four, suggest, [], running), undefined);
  const records = carryOut(four, scores);
  assert.deepEqual(trialsOn(records, 1), [4, 3]);
  carryOut(planRungs(8, halving), scores, records);
  assert.deepEqual(trialsOn(records, 0), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(trialsOn(records, 1), [4, 3, 5, 2]);
});
