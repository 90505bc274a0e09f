import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readConfiguration, TokenClassifier } from '../nn';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { keepLabels } from './keep-labels';

const LABELS = ['cell_type', 'protein', 'CL', 'Gene'];
const window = { inputIds: Int32Array.of(2, 20, 21, 22, 3) };

/** A tagger with auxiliary labels. */
function tagger(t: TestContext, more: object = {}) {
  const root = mkdtempSync(join(tmpdir(), 'falconframes-keep-'));
  t.after(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'model');
  const model = TokenClassifier.fromEncoder(
    tinyBertFolder,
    {
      ...{ scheme: 'bio', labels: LABELS, maximumLength: 32 },
      threshold: { cell_type: 0.3, protein: 0.4, CL: 0.6, Gene: 0.7 },
      views: { europepmc: { Cell: ['CL'] }, jnlpba: { Cell: ['cell_type'], Protein: ['protein'] } },
      ...more,
    },
    5,
  );
  model.save(folder);
  model.dispose();
  return { folder, out: join(root, 'out') };
}

async function logitsOf(folder: string): Promise<number[]> {
  const model = TokenClassifier.load(folder);
  try {
    return [...(await model.score([window]))[0]];
  } finally {
    model.dispose();
  }
}

test('labels that no view shows are left out; logits, thresholds and views of the others stay', async (t) => {
  const { folder, out } = tagger(t);
  assert.deepEqual(keepLabels(folder, out), { kept: ['cell_type', 'protein', 'CL'], removed: ['Gene'] });
  const { labels, threshold, views } = readConfiguration(out);
  assert.deepEqual(labels, ['cell_type', 'protein', 'CL']);
  assert.deepEqual(threshold, { cell_type: 0.3, protein: 0.4, CL: 0.6 });
  assert.deepEqual(views, readConfiguration(folder).views);
  const [before, after] = [await logitsOf(folder), await logitsOf(out)];
  assert.deepEqual(
    after,
    before.filter((_, index) => index % 8 < 6),
  );
});

test('a class loses the labels that are left out, and goes with the last of them', (t) => {
  const { folder, out } = tagger(t);
  assert.deepEqual(keepLabels(folder, out, ['CL', 'cell_type']).kept, ['cell_type', 'CL']);
  assert.deepEqual(readConfiguration(out).views, {
    europepmc: { Cell: ['CL'] },
    jnlpba: { Cell: ['cell_type'] },
  });
});

test('what cannot be left out is refused, with nothing written', (t) => {
  const { folder, out } = tagger(t);
  const refuses = (message: RegExp, model: string, ...labels: string[]) => {
    assert.throws(() => keepLabels(model, out, labels.length > 0 ? labels : undefined), {
      name: 'InputError',
      message,
    });
    assert.ok(!existsSync(out));
  };
  refuses(/has no label "DNA"; its labels are cell_type, protein/, folder, 'DNA');
  refuses(/has no view that says which labels are wanted/, tagger(t, { views: undefined }).folder);
  refuses(/its labels exclude one another/, tagger(t, { scheme: 'exclusive', threshold: 0.5 }).folder);
  assert.throws(() => keepLabels(folder, folder), /own folder/);
});
