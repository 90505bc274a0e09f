import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../foundation';
import { trackingAddress, trackRun } from './track-run';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-tracking-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('an address is a server, a folder, or rejected', () => {
  assert.equal(trackingAddress('http://127.0.0.1:5000/'), 'http://127.0.0.1:5000');
  assert.equal(trackingAddress(`file://${folder}/a%20b`), join(folder, 'a b'));
  assert.equal(trackingAddress('runs/mlflow'), join(process.cwd(), 'runs', 'mlflow'));
  for (const other of [
    'file://host/runs',
    'file:///a%2Fb',
    'sqlite:///mlflow.db',
    'databricks://profile',
    'htp://host',
    'http://',
  ])
    assert.throws(() => trackingAddress(other), InputError);
});

test('values are converted to those accepted by MLflow', () => {
  const address = join(folder, 'values');
  const long = 'x'.repeat(6001);
  const parameters = { list: ['a', 1, null], none: undefined, long, pairs: '😀'.repeat(3001) };
  const run = trackRun({ address, experiment: 'e', name: 'n', parameters });
  run.metrics({ 'dev/F1 Cell': Number.NaN, loss: -Infinity }, 3);
  const [experiment] = readdirSync(address);
  const read = (...names: string[]) => readFileSync(join(address, experiment, run.id, ...names), 'utf8');
  assert.deepEqual([read('params', 'list'), read('params', 'none')], ['["a",1,null]', 'undefined']);
  assert.match(read('params', 'long'), /^x{5999}…$/);
  // Cut within a surrogate pair.
  assert.ok(read('params', 'pairs').endsWith('😀\ufffd…'));
  assert.match(read('metrics', 'dev', 'F1 Cell'), /^\d+ NaN 3\n$/);
  assert.match(read('metrics', 'loss'), /^\d+ -Infinity 3\n$/);
});
