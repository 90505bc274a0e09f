import assert from 'node:assert/strict';
import { test } from 'node:test';
import { livingTensors, Parameters } from '../nn';
import { MovingAverage } from './average';

const values = (...data: number[]) =>
  new Map([['w', { shape: [data.length], data: Float32Array.from(data) }]]);

test('the average follows the weights, quickly at first, and replaces them on request', async () => {
  const parameters = new Parameters(values(0, 8));
  const average = new MovingAverage(parameters, 0.5);
  const expected = [0, 8];
  for (const [step, weights] of [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 0],
    [2, 2],
  ].entries()) {
    parameters.restore(values(...weights));
    average.update();
    const decay = Math.min(0.5, (1 + step) / (10 + step));
    weights.forEach((weight, index) => {
      expected[index] += (weight - expected[index]) * (1 - decay);
    });
  }
  const inPlace = await average.inPlace(async () => parameters.snapshot().get('w')!.data);
  inPlace.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]) < 1e-6);
  });
  assert.deepEqual(parameters.snapshot(), values(2, 2));
  await assert.rejects(
    average.inPlace(() => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.deepEqual(parameters.snapshot(), values(2, 2));

  const state = average.snapshot();
  const other = new MovingAverage(parameters, 0.5);
  other.restore(state);
  for (const one of [average, other]) one.update();
  assert.deepEqual(other.snapshot(), average.snapshot());
  average.dispose();
  other.dispose();
  parameters.dispose();
  assert.equal(livingTensors(), 0);
});
