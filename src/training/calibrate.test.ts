import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom, type Sentence } from '../foundation';
import { livingTensors, TokenClassifier } from '../nn';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { calibrateLabels } from './calibrate';

const LABELS = ['Cell', 'Organ', 'protein'];

function tagger(t: TestContext, scheme: 'bio' | 'exclusive' = 'bio'): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-calibrate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const model = TokenClassifier.fromEncoder(
    tinyBertFolder,
    { scheme, labels: LABELS, maximumLength: 32, threshold: 0.5 },
    5,
  );
  model.save(folder);
  model.dispose();
  return folder;
}

/** A Cell in a third of 900 sentences, an Organ in ten of them; nobody looked for proteins. */
const sentences = Array.from({ length: 900 }, (_, paragraph): Sentence => {
  const random = createRandom(paragraph);
  const text = `${random.next() < 0.5 ? 'is' : 'no'} t ${random.next() < 0.5 ? 'a' : 'is'}`;
  const spans =
    paragraph % 3 === 0
      ? [{ start: 3, end: 4, label: 'Cell' }]
      : paragraph < 15
        ? [{ start: 0, end: 2, label: 'Organ' }]
        : [];
  return { article: 'A', section: '', paragraph, offset: 0, text, spans, annotated: ['Cell', 'Organ'] };
});

test('labels are scaled and shifted to the dev sentences; rare ones as all together, unknown ones not at all', async (t) => {
  const folder = tagger(t);
  const out = join(folder, 'out');
  const [cell, organ, protein] = await calibrateLabels(folder, out, sentences);
  assert.deepEqual([cell.tokens, protein.tokens], [300, 0]);
  assert.ok(organ.tokens > 0 && organ.tokens < 100);
  assert.ok(Math.abs(cell.scale - 1) + Math.abs(cell.shift) > 0.1);
  assert.notDeepEqual([organ.scale, organ.shift], [cell.scale, cell.shift]);
  assert.deepEqual([protein.scale, protein.shift], [1, 0]);
  // What was fitted needs no change.
  const [again] = await calibrateLabels(out, join(folder, 'again'), sentences);
  assert.ok(Math.abs(again.scale - 1) + Math.abs(again.shift) < 1e-3, JSON.stringify(again));

  const window = { inputIds: Int32Array.of(2, 20, 21, 3) };
  const logitsOf = async (model: TokenClassifier) => {
    const [logits] = await model.score([window]);
    model.dispose();
    return [...logits.subarray(6, 12)]; // of the second token
  };
  const before = await logitsOf(TokenClassifier.load(folder));
  const after = await logitsOf(TokenClassifier.load(out));
  const expected = before.map((logit, output) => {
    const { scale, shift } = [cell, organ, protein][output >> 1];
    return scale * logit + shift;
  });
  for (const [output, logit] of after.entries()) assert.ok(Math.abs(logit - expected[output]) < 1e-4);
  assert.equal(livingTensors(), 0);
});

test('a tagger whose labels exclude one another, and sentences without its labels, are refused', async (t) => {
  const [folder, exclusive] = [tagger(t), tagger(t, 'exclusive')];
  const out = join(folder, 'out');
  await assert.rejects(calibrateLabels(exclusive, out, sentences), {
    name: 'InputError',
    message: /exclude/,
  });
  const others = sentences.map((sentence) => ({ ...sentence, annotated: ['DNA'] }));
  await assert.rejects(calibrateLabels(folder, out, others), {
    name: 'InputError',
    message: /no dev sentence is annotated/,
  });
  assert.ok(!existsSync(out));
});
