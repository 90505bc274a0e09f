import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mirrorFolder } from '../../foundation';
import { parentsOf } from './graph';
import { loadGeneOntology } from './load';
import { ontologyOf, temporaryFiles } from './obo.fixture';
import type { Ontology } from './ontology';
import { type AncestrySplit, splitByAncestry } from './split-by-ancestry';

const write = temporaryFiles();

/** No edge of `is_a` joins train and test, and no term of train shares a parent with a term of test. */
function assertKeptOut(ontology: Ontology, { train, test }: AncestrySplit): void {
  const testIds = new Set(test.map(({ id }) => id));
  const trainIds = new Set(train.map(({ id }) => id));
  const parentsOfTest = new Set<string>();
  for (const id of testIds) {
    assert.ok(!trainIds.has(id), id);
    for (const parent of parentsOf(ontology.byId.get(id)!)) {
      assert.ok(!trainIds.has(parent), `${id} of test is a child of ${parent} of train`);
      parentsOfTest.add(parent);
    }
  }
  for (const id of trainIds)
    for (const parent of parentsOf(ontology.byId.get(id)!)) {
      assert.ok(!testIds.has(parent), `${id} of train is a child of ${parent} of test`);
      assert.ok(!parentsOfTest.has(parent), `${id} of train has the parent ${parent} in common with test`);
    }
}

/** Ten families of one parent and nine children below one root. */
const families: Record<string, string[]> = { root: [] };
for (let family = 0; family < 10; family++) {
  families[`P${family}`] = ['root'];
  for (let child = 0; child < 9; child++) families[`P${family}C${child}`] = [`P${family}`];
}

describe('splitByAncestry', () => {
  it('holds out whole families; the drawn terms and those with a parent outside are in neither part', () => {
    // The first child of each family is also a child of the next one.
    const joined = { ...families };
    for (let family = 0; family < 10; family++)
      joined[`P${family}C0`] = [`P${family}`, `P${(family + 1) % 10}`];
    const ontology = ontologyOf(write, joined);
    // Sub-trees of 11 terms: P, its nine children and C0 of the one before; a test share of 0.45 has 45 terms.
    const split = splitByAncestry(ontology, { testShare: 0.45, seed: 1 });
    assertKeptOut(ontology, split);
    assert.ok(split.test.length >= 0.45 * 101 && split.test.length < 0.45 * 101 + 11);
    assert.ok(split.leftOut.between > 0);
    assert.equal(
      split.train.length + split.test.length + split.leftOut.between + split.leftOut.repeated,
      101,
    );
    for (const { id, terms } of split.heldOut) {
      assert.match(id, /^P\d$/);
      assert.equal(terms, 11);
      assert.ok(!split.test.some((text) => text.id === id), 'a drawn term has its siblings in train');
    }
    const drawn = new Set(split.heldOut.map(({ id }) => Number(id[1])));
    const between = [...drawn].filter((family) => drawn.has((family + 1) % 10));
    assert.ok(between.length > 0);
    for (const family of between)
      assert.ok(
        split.test.some(({ id }) => id === `P${family}C0`),
        'a child of two held-out families is in test',
      );
    assert.deepEqual(split.counts, {
      process: { train: split.train.length, dev: 0, test: split.test.length },
    });
    assert.match(split.notices.join(), /definitions are in neither part/);
  });

  it('draws by the seed, and in each namespace', () => {
    const two = Object.fromEntries(
      ['a', 'b'].flatMap((aspect) =>
        Object.entries(families).map(([id, above]) => [aspect + id, above.map((parent) => aspect + parent)]),
      ),
    );
    const ontology = ontologyOf(write, two, (id) => id[0]);
    const split = (seed: number) => splitByAncestry(ontology, { testShare: 0.4, seed });
    assert.deepEqual(split(1), split(1));
    assert.notDeepEqual(split(1).heldOut, split(2).heldOut);
    assert.deepEqual(
      Object.entries(split(1).counts).map(([aspect, { test }]) => [aspect, test >= 0.4 * 101]),
      [
        ['a', true],
        ['b', true],
      ],
    );
  });

  it('leaves out of train what repeats a definition of test', () => {
    const ontology = ontologyOf(write, families);
    for (const term of ontology.terms) if (term.id.endsWith('C1')) term.definition = 'The same  text.';
    const split = splitByAncestry(ontology, { testShare: 0.4, seed: 1 });
    const texts = new Set(split.test.map(({ text }) => text));
    assert.ok(texts.has('The same  text.'));
    assert.ok(split.train.every(({ text }) => !texts.has(text)));
    assert.equal(split.leftOut.repeated, 10 - split.heldOut.length);
  });

  it('keeps the parts apart in any graph, with cycles too', () => {
    const graph = fc.array(fc.array(fc.nat(59), { maxLength: 3 }), { minLength: 40, maxLength: 60 });
    let split = 0;
    fc.assert(
      fc.property(graph, fc.nat(), (parents, seed) => {
        const nodes = parents.map((above, id) => [
          `T${id}`,
          [...new Set(above)].map((parent) => `T${parent}`),
        ]);
        const ontology = ontologyOf(write, Object.fromEntries(nodes));
        try {
          assertKeptOut(ontology, splitByAncestry(ontology, { testShare: 0.3, seed }));
          split++;
        } catch (error) {
          if ((error as Error).name !== 'InputError') throw error;
        }
      }),
    );
    assert.ok(split > 10, `only ${split} graphs could be split`);
  });

  it('says what it needs', () => {
    const ontology = ontologyOf(write, { A: [], B: ['A'] });
    const refuses = (testShare: number, message: RegExp) =>
      assert.throws(() => splitByAncestry(ontology, { testShare, seed: 1 }), { name: 'InputError', message });
    refuses(0, /not between 0 and 0\.5/);
    refuses(Number.NaN, /not between 0 and 0\.5/);
    refuses(0.6, /not between 0 and 0\.5/);
    const flat = ontologyOf(write, { A: [], B: [], C: [] });
    assert.throws(() => splitByAncestry(flat, { testShare: 0.5, seed: 1 }), {
      name: 'InputError',
      message: /process: no sub-tree fits/,
    });
  });

  it('splits the Gene Ontology', { skip: mirrorFolder() ? false : 'needs FALCONFRAMES_MIRROR' }, () => {
    const { ontology } = loadGeneOntology({ data: 'gold' });
    const split = splitByAncestry(ontology, { testShare: 0.2, seed: 1 });
    assertKeptOut(ontology, split);
    assert.equal(split.train.length + split.test.length + split.leftOut.between, 35_140);
    assert.ok(split.train.length > 0.6 * 35_140);
    for (const [aspect, all] of [
      ['biological_process', 20_936],
      ['cellular_component', 3624],
      ['molecular_function', 10_580],
    ] as const) {
      const share = split.counts[aspect].test / all;
      assert.ok(share >= 0.2 && share < 0.25, `${aspect}: ${share}`);
    }
  });
});
