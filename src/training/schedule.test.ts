import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateShare, SCHEDULES } from './schedule';

test('every schedule rises to the peak during the warm-up; linear and cosine fall to almost zero', () => {
  for (const schedule of SCHEDULES) {
    const shares = Array.from({ length: 100 }, (_, step) => rateShare(schedule, step, 100, 0.1));
    assert.equal(shares[0], 0.1);
    assert.equal(shares[9], 1);
    assert.equal(shares[10], 1);
    assert.ok(
      shares.every((share, step) => step <= 10 || share <= shares[step - 1]),
      schedule,
    );
    if (schedule === 'constant') assert.equal(shares[99], 1);
    else assert.ok(shares[99] > 0 && shares[99] < 0.02, `${shares[99]}`);
  }
  assert.ok(Math.abs(rateShare('cosine', 55, 100, 0.1) - 0.5) < 1e-12);
  assert.equal(rateShare('linear', 0, 10, 0), 1);
});
