import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { quantizeEveryKind } from './every-kind';
import { exportToOnnx } from './export';
import { openFolderScorer } from './session';

test('every kind is another file that runs, and the model itself comes first', async (context) => {
  const plain = copyTinyBert(context);
  const out = mkdtempSync(join(tmpdir(), 'falconframes-kinds-'));
  context.after(() => rmSync(out, { recursive: true }));
  exportToOnnx(plain);
  const kinds = await quantizeEveryKind(plain, out, ['T cells carry p.V600E.', 'liver']);
  assert.equal(kinds.length, 10);
  assert.deepEqual(kinds[0], { name: 'fp32', folder: plain, file: join('onnx', 'model.onnx') });
  const contents = kinds.map(({ folder, file }) => readFileSync(join(folder, file), 'latin1'));
  assert.equal(new Set(contents).size, kinds.length);
  for (const { folder, file } of kinds)
    (await openFolderScorer(folder, join(folder, file), { threads: 1 })).dispose();
});
