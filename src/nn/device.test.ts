import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeviceTensor, download, free, keep, livingTensors, tidy, upload } from './device';
import { add, multiply } from './kernels';
import { createChance, dropout, gelu } from './operations';
import { Tape } from './tape';

const row = (...values: number[]) => upload(Float32Array.from(values), [values.length]);

test('tidy frees what it does not return, at any depth, and kept tensors survive', () => {
  let inner: DeviceTensor | undefined;
  let kept: DeviceTensor | undefined;
  const { deep } = tidy(() => {
    inner = row(1, 2);
    kept = row(5);
    keep(kept);
    return { deep: [tidy(() => multiply(add(inner!, 1), 2))] };
  });
  assert.deepEqual([...download(deep[0])], [4, 6]);
  assert.equal(inner!.freed, true);
  assert.equal(livingTensors(), 2);
  free(deep[0], kept!);
  assert.equal(livingTensors(), 0);
});

test('freeing twice is an error, and so is using a freed tensor', () => {
  const tensor = row(1);
  free(tensor);
  assert.throws(() => free(tensor), /freed twice/);
  assert.throws(() => add(tensor, 1), /not referenced/);
  assert.equal(livingTensors(), 0);
});

test('tidy frees everything if the computation fails', () => {
  assert.throws(() =>
    tidy(() => {
      row(1);
      throw new Error('no');
    }),
  );
  assert.equal(livingTensors(), 0);
});

test('a tape frees what it owns, whether it is completed or not', () => {
  const build = (tape: Tape, x: DeviceTensor) => dropout(tape, gelu(tape, x), 0.5);
  const x = row(1, 2, 3, 4);
  const abandoned = new Tape(true, createChance(1, 1));
  build(abandoned, x);
  abandoned.dispose();
  assert.equal(livingTensors(), 1);
  const tape = new Tape(true, createChance(1, 1));
  const gradients = tape.backward(build(tape, x), row(1, 1, 1, 1));
  assert.deepEqual([...gradients.keys()], [x]);
  free(x, ...gradients.values());
  assert.equal(livingTensors(), 0);
});
