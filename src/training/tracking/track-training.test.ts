import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { trackTraining } from './track-training';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-tracking-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a training run: its rows become metrics, and a resumed run continues the same run', async () => {
  const address = join(folder, 'runs');
  const described = {
    address,
    experiment: 'e',
    folder: join(folder, 'first model'),
    command: 'falconframes train',
    parameters: { epochs: 2 },
  };
  const step = {
    kind: 'step' as const,
    epoch: 1,
    loss: 0.5,
    learningRate: 1e-4,
    gradientNorm: 2,
    tokens: 9,
    tokensPerSecond: 8,
  };
  const first = trackTraining(described);
  first.row({ ...step, step: 1 });
  await first.end('KILLED');
  const resumed = trackTraining({ ...described, resume: true });
  resumed.row({ ...step, step: 2 });
  const f1 = { 'Gene Mutations': 0.25, Cell: null, 'Cell Line': 0, 'Organ Tissue': 1 };
  resumed.row({ kind: 'evaluation', step: 2, epoch: 1, loss: 0.4, score: 0.6, f1 });
  await resumed.end('FINISHED');
  assert.equal(resumed.id, first.id);
  assert.notEqual(trackTraining(described).id, first.id);

  const [experiment] = readdirSync(address);
  const read = (...names: string[]) => readFileSync(join(address, experiment, first.id, ...names), 'utf8');
  assert.match(read('metrics', 'train', 'loss'), /^\d+ 0\.5 1\n\d+ 0\.5 2\n$/);
  assert.match(read('metrics', 'train', 'learning rate'), /^\d+ 0\.0001 1\n/);
  assert.match(read('metrics', 'dev', 'F1 Cell Line'), /^\d+ 0 2\n$/);
  assert.deepEqual(readdirSync(join(address, experiment, first.id, 'metrics', 'dev')).sort(), [
    'F1 Cell Line',
    'F1 Gene Mutations',
    'F1 Organ Tissue',
    'loss',
    'score',
  ]);
  assert.equal(read('params', 'epochs'), '2');
  assert.equal(read('tags', 'mlflow.runName'), 'first model');
  assert.match(read('tags', 'TensorFlow version'), /^2\./);
  assert.match(read('meta.yaml'), /"status": 3/);
});
