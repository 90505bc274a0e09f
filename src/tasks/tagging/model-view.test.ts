import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelConfiguration } from '../../nn';
import { inView } from './model-view';

const views = {
  concepts: { Cell: ['CL', 'cell_type'], Tissue: ['UBERON'] },
  one: { Cell: ['cell_type'] },
};
const base = { maximumLength: 16, views } as unknown as ModelConfiguration;
const labels = ['CL', 'cell_type', 'UBERON'];

const scored = async (configuration: ModelConfiguration, logits: number[], view?: string) => {
  const tagger = inView({ configuration, score: async () => [Float32Array.from(logits)] }, view);
  const [seen] = await tagger.score([]);
  return { ...tagger.configuration, seen: [...seen] };
};

test('a class has the largest logit of its labels, shifted to a common threshold', async () => {
  const configuration = {
    ...base,
    scheme: 'bio',
    labels,
    threshold: { CL: 0.5, cell_type: 0.9, UBERON: 0.6 },
  } as const;
  // B and I of CL, cell_type, UBERON; two tokens.
  const logits = [1, -2, 4, -1, 0.5, 0.25, -3, 3, -1, 2, -5, -6];
  const { labels: found, threshold, seen } = await scored(configuration, logits);
  assert.deepEqual(found, ['Cell', 'Tissue']);
  assert.deepEqual(threshold, { Cell: 0.5, Tissue: 0.6 });
  const shift = Math.log(9);
  const expected = [Math.max(1, 4 - shift), Math.max(-2, -1 - shift), 0.5, 0.25, -1 - shift, 3, -5, -6];
  expected[4] = Math.max(-3, -1 - shift);
  seen.forEach((logit, index) => {
    assert.ok(Math.abs(logit - expected[index]) < 1e-5, `${index}: ${logit} instead of ${expected[index]}`);
  });
  assert.deepEqual((await scored(configuration, logits, 'one')).seen, [4, -1, -1, 2]);
  assert.deepEqual((await scored(configuration, logits, 'labels')).seen, logits);
  assert.throws(
    () => inView({ configuration, score: async () => [] }, 'other'),
    /no view "other"; it has concepts, one, labels/,
  );
});

test('exclusive labels of a class are summed, labels of no class count as outside', async () => {
  const configuration = { ...base, scheme: 'exclusive', labels, threshold: 0.5 } as const;
  // O, then B and I of each label.
  const { seen } = await scored(configuration, [1, 0, 0, 2, -1, 3, 0.5], 'one');
  const sum = (...logits: number[]) => Math.log(logits.reduce((rest, z) => rest + Math.exp(z), 0));
  const expected = [sum(1, 0, 0, 3, 0.5), 2, -1];
  seen.forEach((logit, index) => {
    assert.ok(Math.abs(logit - expected[index]) < 1e-5);
  });
});
