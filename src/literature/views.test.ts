import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CORPORA, CORPUS_NAMES, type CorpusName, loadCorpus } from '../corpora';
import { mirrorFolder } from '../foundation';
import { ENTITY_CLASSES, LITERATURE_VIEW, VIEWS } from './views';

const skip = mirrorFolder() ? false : 'needs FALCONFRAMES_MIRROR';

/** Documents, sentences, then spans of Gene Mutations, Cell, Cell Line, Organ Tissue, all parts together. */
const PINNED: Record<CorpusName, number[]> = {
  jnlpba: [2394, 22475, 0, 8590, 4315, 0],
  craft: [67, 21791, 0, 3871, 0, 12143],
  seth: [630, 4891, 904, 0, 0, 0],
  tmvar: [334, 3627, 967, 0, 0, 0],
  anatem: [803, 7928, 0, 3092, 0, 3093],
  biored: [338, 3645, 299, 0, 111, 0],
  capital: [10, 7134, 73, 4386, 952, 2753],
};

test('views list the four classes in order; each label belongs to a corpus and to one class', () => {
  assert.deepEqual(Object.keys(LITERATURE_VIEW.classes), ENTITY_CLASSES);
  const known = CORPUS_NAMES.flatMap((name) => CORPORA[name].annotated).concat(ENTITY_CLASSES);
  for (const { classes } of Object.values(VIEWS)) {
    assert.deepEqual(
      Object.keys(classes),
      ENTITY_CLASSES.filter((name) => name in classes),
    );
    const labels = Object.values(classes).flat();
    assert.equal(new Set(labels).size, labels.length);
    for (const label of labels) assert.ok(known.includes(label), label);
  }
});

for (const name of CORPUS_NAMES)
  test(`${name} under the four classes: the pinned numbers`, { skip }, async () => {
    const { report } = await loadCorpus(name, 'all', LITERATURE_VIEW);
    const { documents, sentences, spans, annotated } = report;
    assert.deepEqual([documents, sentences, ...Object.values(spans)], PINNED[name]);
    assert.deepEqual(Object.keys(spans), ENTITY_CLASSES);
    assert.deepEqual(
      annotated,
      ENTITY_CLASSES.filter((label) => spans[label] > 0),
    );
  });
