import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import type { Figure } from '../figure';
import { LABEL_COLOURS } from '../palette';
import { checkReadable } from '../rendering/readable.fixture';
import { renderSvg } from '../rendering/render';
import { forceLayout } from './layout';
import { networkGraph } from './network-graph';

const options = { title: 'A graph', seed: 13 };

/** Three stars of ten nodes whose centres form a chain; the names are long. */
const nodes = Array.from({ length: 30 }, (_, index) => ({
  id: `n${index}`,
  name: `regulation of the process with the number ${index}${index % 4 ? '' : ', acting on a group of donors'}`,
  group: ['process', 'function', 'component'][index % 3],
}));
const edges = nodes.slice(1).map((_, index) => ({
  source: `n${index + 1}`,
  target: index < 2 ? `n${index}` : `n${(index + 1) % 3}`,
  kind: index % 5 ? 'is_a' : 'part_of',
}));

/** Centre and radius of all discs, in pixels of the plot. */
function discsOf({ data }: Figure) {
  return data
    .filter(({ mode }) => mode === 'markers')
    .flatMap(({ x, y, marker }) =>
      (x as number[]).map((left, index) => ({
        x: left,
        y: (y as number[])[index],
        radius: (marker as { size: number[] }).size[index] / 2,
      })),
    );
}

function checkDiscs(figure: Figure): void {
  const discs = discsOf(figure);
  for (const [index, one] of discs.entries()) {
    const { x, y, radius } = one;
    assert.ok(x - radius >= 0 && x + radius <= 1000 && y - radius >= 0 && y + radius <= 760);
    for (const other of discs.slice(index + 1))
      assert.ok(Math.hypot(x - other.x, y - other.y) >= radius + other.radius, 'discs overlap');
  }
}

test('30 nodes: discs do not overlap, names neither, and all are inside', async () => {
  const figure = networkGraph(nodes, edges, options);
  const texts = await checkReadable(figure);
  checkDiscs(figure);
  for (const text of ['is_a', 'part_of', 'process', 'function', 'component'])
    assert.ok(texts.includes(text), `the key has ${text}`);
  const named = (figure.layout.annotations ?? []).length;
  assert.ok(named >= 27, `${named} of 30 have room`);
  assert.match(figure.reading, /^30 nodes and 29 edges.*highest: regulation of the process/);
});

test('the same seed gives the same picture, another seed another one', async () => {
  const one = networkGraph(nodes, edges, options);
  assert.deepEqual(networkGraph(nodes, edges, options), one);
  assert.notDeepEqual(discsOf(networkGraph(nodes, edges, { ...options, seed: 14 })), discsOf(one));
});

test('groups have the colours of their order, also where one has no node', () => {
  const colours = (figure: Figure) =>
    Object.fromEntries(
      figure.data
        .filter(({ mode }) => mode === 'markers')
        .map(({ name, marker }) => [name, (marker as { color: string }).color]),
    );
  const groups = ['absent', 'component', 'function', 'process'];
  const [, second, third, fourth] = LABEL_COLOURS;
  const expected = { process: fourth, function: third, component: second };
  assert.deepEqual(colours(networkGraph(nodes, edges, { ...options, groups })), expected);
});

test('the area of a disc grows with the degree; a given degree goes before the number of edges', () => {
  const own = ['a', 'b', 'c'].map((id) => ({ id, name: id, group: 'g' }));
  const links = [
    { source: 'a', target: 'b', kind: 'k' },
    { source: 'b', target: 'c', kind: 'k' },
    { source: 'c', target: 'elsewhere', kind: 'k' },
  ];
  const radii = (figure: Figure) => discsOf(figure).map(({ radius }) => radius);
  const [most, ...others] = radii(networkGraph(own, links, options));
  assert.ok(others.every((radius) => Math.abs((most / radius) ** 2 - 2) < 1e-9));
  const given = networkGraph(
    [{ ...own[0], degree: 400 }, { ...own[1], degree: 100 }, own[2]],
    links,
    options,
  );
  const [first, second] = radii(given);
  assert.ok(Math.abs((first / second) ** 2 - 4) < 1e-9);
  assert.match(given.reading, /highest: a \(400\), b \(100\) and c \(1\)\. 1 edge to nodes outside/);
});

test('arrows end at the discs, and each kind of edge has its own line', () => {
  const own = ['a', 'b'].map((id) => ({ id, name: id, group: 'g' }));
  const figure = networkGraph(
    own,
    ['one', 'two', 'one'].map((kind) => ({ source: 'a', target: 'b', kind })),
    options,
  );
  const [one, two] = figure.data;
  assert.deepEqual([one.name, two.name], ['one', 'two']);
  assert.notDeepEqual(one.line, two.line);
  const [a, b] = discsOf(figure);
  const [x, y] = [two.x as number[], two.y as number[]];
  assert.ok(Math.abs(Math.hypot(x[0] - a.x, y[0] - a.y) - a.radius) < 1e-6);
  assert.ok(Math.abs(Math.hypot(x[1] - b.x, y[1] - b.y) - b.radius - 1) < 1e-6);
});

test('one node, a graph in parts, loops and markup in names are drawn', async () => {
  const hostile = '<script>alert("x")</script> & \u202e';
  const single = networkGraph([{ id: 'a', name: hostile, group: '<b>' }], [], options);
  await checkReadable(single);
  assert.doesNotMatch(await renderSvg(single), /<script>/);
  const parts = networkGraph(
    nodes.slice(0, 9),
    [
      { source: 'n0', target: 'n0', kind: 'loop' },
      { source: 'n1', target: 'n2', kind: 'is_a' },
      { source: 'n3', target: 'n4', kind: 'is_a' },
    ],
    options,
  );
  await checkReadable(parts);
  checkDiscs(parts);
});

test('nodes without place in the layout are refused', () => {
  assert.throws(() => networkGraph([], [], options), InputError);
  assert.throws(() => networkGraph([nodes[0], nodes[1], nodes[0]], [], options), /nodes 1 and 3 .*"n0"/);
});

test('connected nodes are closer than others', () => {
  const pairs = Array.from({ length: 10 }, (_, index) => [2 * index, 2 * index + 1] as const);
  const radii = Array.from({ length: 20 }, () => 6);
  const points = forceLayout(radii, pairs, { width: 800, height: 800, seed: 1 });
  const distance = (a: number, b: number) => Math.hypot(points[a].x - points[b].x, points[a].y - points[b].y);
  for (const [one, other] of pairs)
    for (let third = 0; third < 20; third++)
      if (third !== one && third !== other) assert.ok(distance(one, other) < distance(one, third));
});
