import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../foundation';
import { type Effect, searchEffects } from './effects';
import { readFixture } from './gold.fixture';
import type { SearchRow } from './search-rows';
import { studentT } from './student-t';

/** Estimate, lower and upper bound of the interval. */
type Reference = [number, number, number];

function near(effect: Effect, reference: Reference): void {
  const ours = [effect.estimate!, ...effect.interval!];
  ours.forEach((value, index) => {
    assert.ok(Math.abs(value - reference[index]) < 1e-9, `${ours} against ${reference}`);
  });
}

test("effects and intervals equal NumPy's least squares and SciPy's t intervals, also for incomplete grids", () => {
  const cases =
    readFixture<{ rows: SearchRow[]; main: Reference[]; interactions: Reference[] }[]>('effects.json');
  assert.ok(cases.length >= 10);
  for (const { rows, main, interactions } of cases) {
    const effects = searchEffects(rows, 'score');
    assert.equal(effects.runs, rows.length);
    assert.deepEqual([effects.main.length, effects.interactions.length], [main.length, interactions.length]);
    effects.main.forEach((effect, index) => {
      near(effect, main[index]);
    });
    effects.interactions.forEach((effect, index) => {
      near(effect, interactions[index]);
    });
  }
});

test("quantiles of Student's t equal those of printed tables", () => {
  for (const [degrees, reach] of [
    [1, 12.706],
    [2, 4.303],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [120, 1.98],
  ])
    assert.ok(Math.abs(studentT(degrees, 0.95) - reach) < 5e-4, `${degrees}`);
});

test('confounded settings have no estimate, and without residual degrees of freedom there is no interval', () => {
  const together = [0, 1, 0, 1].map((one, run) => ({
    ...{ LOSS_TYPE: one ? 'focal' : 'bce', BATCH_SIZE: one ? 32 : 16 },
    score: run / 10,
  }));
  assert.ok(searchEffects(together, 'score').main.every(({ estimate }) => estimate === null));
  const { main } = searchEffects(together.slice(0, 2), 'score', ['LOSS_TYPE']);
  assert.ok(Math.abs(main[0].estimate! - 0.1) < 1e-12);
  assert.equal(main[0].interval, null);
});

test('failed runs are left out; an unknown score column or a missing setting is refused', () => {
  const rows: SearchRow[] = [
    { LOSS_TYPE: 'bce', score: 0.5 },
    { LOSS_TYPE: 'focal', score: 0.7 },
    { LOSS_TYPE: 'focal', score: null },
  ];
  assert.equal(searchEffects(rows, 'score').runs, 2);
  assert.throws(() => searchEffects(rows, 'F1'), InputError);
  assert.throws(() => searchEffects([...rows, { LOSS_TYPE: null, score: 0.1 }], 'score'), InputError);
});
