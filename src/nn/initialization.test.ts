import assert from 'node:assert/strict';
import test from 'node:test';
import { networkFixture } from './network.fixture';
import { SequenceClassifier } from './sequence-classifier';

test('a new classifier keeps the pooler that BERT was pretrained with, and has a new output layer', (t) => {
  const { folder } = networkFixture('bert-sequence');
  const stored = SequenceClassifier.load(folder);
  const options = { labels: ['a', 'b', 'c'], outcome: 'one', maximumLength: 16, threshold: 0.5 } as const;
  const drawn = SequenceClassifier.fromEncoder(folder, options, 1);
  t.after(() => {
    stored.dispose();
    drawn.dispose();
  });
  const [before, after] = [stored.parameters.snapshot(), drawn.parameters.snapshot()];
  const isKept = (name: string) => String(before.get(name)!.data) === String(after.get(name)!.data);
  assert.ok(isKept('bert.pooler.dense.weight') && isKept('bert.pooler.dense.bias'));
  assert.ok(!isKept('classifier.weight'));
});
