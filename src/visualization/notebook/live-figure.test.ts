import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { countsByLabel } from '../figures/counts-by-label';
import { liveFigure } from './live-figure';

const figure = (cells: number) =>
  countsByLabel([
    { name: 'some', counts: { 'Gene Mutations': 1, Cell: cells, 'Cell Line': 2, 'Organ Tissue': 3 } },
  ]);
const kernel = globalThis as { __tslab__?: unknown };
afterEach(() => {
  delete kernel.__tslab__;
});

test('a live figure updates one display, at a limited rate, and at the end', async () => {
  const pictures: Uint8Array[] = [];
  let displays = 0;
  kernel.__tslab__ = {
    require: () => ({
      newDisplay: () => {
        displays++;
        return { png: (picture: Uint8Array) => pictures.push(picture) };
      },
    }),
  };
  const live = liveFigure(figure, 3600);
  live.update(1);
  live.update(2);
  assert.equal(pictures.length, 0);
  await live.end(5);
  assert.equal(displays, 1);
  assert.equal(pictures.length, 1);
  assert.deepEqual([...pictures[0].subarray(1, 4)], [...Buffer.from('PNG')]);

  const eager = liveFigure(figure, 0);
  eager.update(1);
  eager.update(2); // the first is still being drawn
  await eager.end(3);
  assert.equal(pictures.length, 3);
});

test('nothing is drawn outside a notebook', async () => {
  const live = liveFigure<number>(() => assert.fail('drawn'), 0);
  live.update(1);
  await live.end(1);
});
