import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Sentence, writeSentences } from '../foundation';
import { networkFixture } from '../nn/network.fixture';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { trainGrid } from './grid';
import { currentRun } from './run';

function runWithSentences(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-grid-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const run = currentRun({ FALCONFRAMES_OUT: folder, FALCONFRAMES_PROFILE: 'smoke' });
  const sentences = ['t is', 'a t', 'is t a', 'no t'].map((text, paragraph): Sentence => {
    const start = text.indexOf('t');
    const spans = [{ start, end: start + 1, label: 'Cell' }];
    return { article: 'A', section: '', paragraph, offset: 0, text, spans, annotated: ['Cell'] };
  });
  writeSentences(run.files.train, sentences);
  writeSentences(run.files.dev, sentences);
  const distilbert = join(folder, 'distilbert');
  cpSync(networkFixture('distilbert-tokens').folder, distilbert, { recursive: true });
  cpSync(join(tinyBertFolder, 'tokenizer.json'), join(distilbert, 'tokenizer.json'));
  return { run, encoders: [tinyBertFolder, distilbert] };
}

test('each combination is trained from its own encoder, the best comes first, and no model is kept', async (context) => {
  const { run, encoders } = runWithSentences(context);
  const space = { encoder: { choices: encoders }, learningRate: { choices: [1e-8, 0.02] } };
  const rows = await trainGrid(run, space, { epochs: 12, batchSize: 2, maximumLength: 16 });
  const pairs = encoders.flatMap((encoder) => [1e-8, 0.02].map((rate) => `${encoder} ${rate}`));
  assert.deepEqual(
    rows.map(({ encoder, learningRate }) => `${encoder} ${learningRate}`).sort(),
    pairs.sort(),
  );
  const scores = rows.map((row) => row['dev F1']);
  assert.deepEqual(
    scores,
    [...scores].sort((one, other) => other - one),
  );
  // A rate of nearly 0 learns nothing; the other finds the letter.
  assert.equal(rows[0].learningRate, '0.02');
  assert.ok(scores[0] > 0.9 && scores[3] < 0.9, String(scores));
  assert.deepEqual(readdirSync(run.folder).sort(), ['distilbert', 'sentences']);
});

test('an encoder that does not exist is reported before any training, and one that fails leaves no folder', async (context) => {
  const { run, encoders } = runWithSentences(context);
  const space = { encoder: { choices: [encoders[0], 'no-such-one'] } };
  const shown: number[] = [];
  const progress = { update: (done: number) => shown.push(done), end() {} };
  await assert.rejects(trainGrid(run, space, { epochs: 1, maximumLength: 16 }, progress), {
    name: 'InputError',
    message: /there is no encoder "no-such-one"/,
  });
  assert.deepEqual(shown, []);
  await assert.rejects(trainGrid(run, { maximumLength: { choices: [16, 4096] } }, { encoder: encoders[0] }), {
    name: 'InputError',
    message: /4096 tokens exceeds/,
  });
  assert.deepEqual(readdirSync(run.folder).sort(), ['distilbert', 'sentences']);
});
