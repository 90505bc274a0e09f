import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textWidth } from './font';
import { placeLabels, spreadApart } from './labels';

test('positions are separated, keep their order, and do not move if there is room', () => {
  const positions = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(positions, fc.double({ min: 0.01, max: 2, noNaN: true }), (values, gap) => {
      // Adding 0 turns -0 into 0, which deepEqual distinguishes.
      const ascending = values.map((value) => value + 0).sort((a, b) => a - b);
      const apart = spreadApart(ascending, gap);
      assert.equal(apart.length, ascending.length);
      apart.slice(1).forEach((position, index) => {
        assert.ok(position - apart[index] >= gap - 1e-9);
      });
      const roomy = ascending.every((value, index) => index === 0 || value - ascending[index - 1] >= gap);
      if (roomy) assert.deepEqual(apart, ascending);
    }),
    { seed: 1 },
  );
});

test('touching labels are centred on their targets', () => {
  assert.deepEqual(spreadApart([1, 1, 1], 2), [-1, 1, 3]);
});

test('crowded labels overlap neither each other nor the discs', () => {
  const discs = [
    { x: 100, y: 100, radius: 30, lines: ['first model', '90 MB'] },
    { x: 135, y: 100, radius: 30, lines: ['second model', '90 MB'] },
    { x: 120, y: 140, radius: 8, lines: ['third model', '7 MB'] },
    { x: 690, y: 370, radius: 10, lines: ['in the corner', '10 MB'] },
  ];
  const places = placeLabels(discs, { width: 700, height: 380, fontSize: 12 });
  const boxes = discs.map(({ x, y, lines }, index) => {
    const width = Math.max(...lines.map((line) => textWidth(line, 12)));
    return { x: x + places[index].dx, y: y + places[index].dy, width, height: 2 * 12 * 1.3 };
  });
  boxes.forEach((box, index) => {
    assert.ok(box.x - box.width / 2 >= 0 && box.x + box.width / 2 <= 700);
    assert.ok(box.y - box.height / 2 >= 0 && box.y + box.height / 2 <= 380);
    for (const other of boxes.slice(index + 1)) {
      const apart =
        Math.abs(box.x - other.x) >= (box.width + other.width) / 2 ||
        Math.abs(box.y - other.y) >= (box.height + other.height) / 2;
      assert.ok(apart);
    }
    for (const disc of discs) {
      const dx = Math.max(0, Math.abs(disc.x - box.x) - box.width / 2);
      const dy = Math.max(0, Math.abs(disc.y - box.y) - box.height / 2);
      assert.ok(Math.hypot(dx, dy) >= disc.radius);
    }
  });
});
