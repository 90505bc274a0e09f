import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ancestorsOf, degrees, mostConnected } from './graph';
import { ontologyOf, temporaryFiles } from './obo.fixture';
import { readOntology } from './read-ontology';

const write = temporaryFiles();

test('a degree counts the edges of all relations in both directions', () => {
  const path = write(
    'a.obo',
    '[Term]\nid: A\n\n[Term]\nid: B\nis_a: A\nrelationship: part_of A\n\n[Term]\nid: C\nis_a: B\nrelationship: regulates A\n',
  );
  const ontology = readOntology(path);
  assert.deepEqual([...degrees(ontology)], [['A', 3], ['B', 3], ['C', 2]]); // biome-ignore format: one line
  const { nodes, edges } = mostConnected(ontology, 2);
  assert.deepEqual(
    nodes.map(({ term, degree }) => [term.id, degree]),
    [['A', 3], ['B', 3]], // biome-ignore format: one line
  );
  assert.deepEqual(edges, [
    { source: 'B', relation: 'is_a', target: 'A' },
    { source: 'B', relation: 'part_of', target: 'A' },
  ]);
  assert.equal(mostConnected(ontology, 99).nodes.length, 3);
});

test('ancestors are found over all paths, and in a cycle', () => {
  const diamond = ontologyOf(write, { A: [], B: ['A'], C: ['A'], D: ['B', 'C'], E: ['D'] });
  assert.deepEqual([...ancestorsOf(diamond, 'E')], ['D', 'B', 'C', 'A']);
  assert.deepEqual([...ancestorsOf(diamond, 'A')], []);
  const cycle = ontologyOf(write, { A: ['C'], B: ['A'], C: ['B'] });
  assert.deepEqual([...ancestorsOf(cycle, 'A')], ['C', 'B']);
  assert.throws(() => ancestorsOf(cycle, 'X'), { name: 'InputError', message: /no term "X"/ });
});
