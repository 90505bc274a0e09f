import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_TRAINING, readTrainingConfiguration, TRAINING_SCHEMA } from './configuration';

const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'training.json');
const read = (content: unknown) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readTrainingConfiguration(path);
};
const files = { train: ['train.jsonl'], dev: ['dev.jsonl'] };

test('omitted keys have their defaults, files are relative to the configuration', () => {
  assert.deepEqual(read({ ...files, epochs: 5 }), {
    ...DEFAULT_TRAINING,
    epochs: 5,
    train: [join(folder, 'train.jsonl')],
    dev: [join(folder, 'dev.jsonl')],
  });
  for (const [key, property] of Object.entries(TRAINING_SCHEMA.properties))
    assert.ok(
      'default' in property || key === 'labels' || TRAINING_SCHEMA.required.includes(key as never),
      key,
    );
});

test('labels may have any names; exclusive ones are trained with cross-entropy', () => {
  const own = {
    ...{ labels: ['Krankheit', 'gene-or-protein'], classWeights: { Krankheit: 2 } },
    ...{ variations: { 'gene-or-protein': 1 } },
  };
  assert.deepEqual(read({ ...files, ...own }).classWeights, own.classWeights);
  assert.equal(read({ ...files, ...own }).loss, 'bce');
  const exclusive = read({ ...files, ...own, scheme: 'exclusive', words: 'all-inside', labelSmoothing: 0.1 });
  assert.equal(exclusive.loss, 'cross_entropy');
  assert.deepEqual(exclusive.labels, own.labels);
});

const refused: [string, unknown, RegExp][] = [
  ['no JSON', '{', /not valid JSON/],
  ['a list', [], /must be a JSON object/],
  ['an unknown key', { ...files, epohcs: 3 }, /"epohcs" is not a key/],
  ['a key of every object', { ...files, constructor: 3 }, /"constructor" is not a key/],
  ['a missing key', { train: ['a'] }, /"dev" is missing/],
  ['a half epoch', { ...files, epochs: 1.5 }, /"epochs" must be a whole number from 1 on, found 1.5/],
  ['a rate above 1', { ...files, learningRate: 2 }, /"learningRate" must be a number from 1e-8 to 1/],
  ['an unknown loss', { ...files, loss: 'hinge' }, /"loss" must be one of "bce"/],
  ['an empty list', { ...files, train: [] }, /"train" must list at least 1/],
  ['a wrong entry', { ...files, dev: [3] }, /"dev" has an entry that must be a text/],
  [
    'a weight of no label',
    { ...files, labels: ['Disease'], classWeights: { Gene: 2 } },
    /"classWeights" names "Gene", which "labels" does not list/,
  ],
  ['copies for no label', { ...files, labels: ['a'], variations: { b: 1 } }, /"variations" names "b"/],
  ['a label twice', { ...files, labels: ['a', 'b', 'a'] }, /"labels" lists "a" twice/],
  ['a label of blanks', { ...files, labels: [' '] }, /"labels" names " ", which is not a valid label/],
  ['a weight of a nameless label', { ...files, classWeights: { '': 2 } }, /"classWeights" names ""/],
  ['labels that are no list', { ...files, labels: 'a' }, /"labels" must be a list, found "a"/],
  ['words without exclusive', { ...files, words: 'all' }, /"words" does nothing with the scheme "bio"/],
  [
    'a sigmoid loss of exclusive labels',
    { ...files, scheme: 'exclusive', loss: 'focal' },
    /"loss" is "focal", which scores every label separately.*choose cross_entropy/,
  ],
  ['half a copy', { ...files, variations: { Cell: 1.5 } }, /"variations".*Cell.*whole number from 0 to 20/],
  ['γ without focal', { ...files, focalGamma: 1 }, /"focalGamma" does nothing with the loss "bce"/],
  ['smoothing of bce', { ...files, labelSmoothing: 0.1 }, /"labelSmoothing" does nothing/],
  [
    'a batch described twice',
    { ...files, batchSize: 8, batchTokens: 512 },
    /"batchSize" and "batchTokens" both/,
  ],
  ['patience without end', { ...files, epochs: 2, patience: 2 }, /"patience" of 2 epochs/],
  ['dev in train', { train: ['a', 'b'], dev: ['b'] }, /is in both "train" and "dev"/],
  ['dev in train, spelled otherwise', { train: ['a', './b'], dev: ['b'] }, /is in both "train" and "dev"/],
];
for (const [name, content, message] of refused) {
  test(`rejected: ${name}`, () => {
    assert.throws(() => read(content), { name: 'InputError', message });
  });
}
