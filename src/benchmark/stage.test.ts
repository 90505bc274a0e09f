import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { benchmarkStage, labelOf, measureStage, summarizeCalls, timeCalls } from './stage';
import { openTextVariants } from './variants';

const close = (one: number, other: number) => assert.ok(Math.abs(one - other) < 1e-9, `${one} and ${other}`);

test('the deviation of calls is that of a population, and no call is left out', () => {
  const { meanMs, deviationMs, medianMs, p95Ms, runs } = summarizeCalls([1, 2, 3, 10]);
  assert.deepEqual([meanMs, medianMs, runs], [4, 2.5, 4]);
  close(deviationMs, Math.sqrt((9 + 4 + 1 + 36) / 4));
  close(p95Ms, 3 + 0.85 * 7);
});

test('a stage has the size of its weights in units of 2^20 bytes, and the answer to each text', async (t) => {
  const folder = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  const [variant] = await openTextVariants(folder, { threads: 1 });
  t.after(() => variant.dispose());
  let calls = 0;
  const counted: typeof variant = {
    ...variant,
    score: (windows) => {
      calls += windows.length;
      return variant.score(windows);
    },
  };
  const texts = ['a cell', 'two cells die', '😀', 'word '.repeat(5000)].map((text) => ({
    text,
    labels: ['a'],
    several: false,
  }));
  const record = await measureStage(counted, texts, {
    query: 'the cell',
    warmups: 3,
    runs: 5,
  });
  assert.equal(calls, 3 + 5 + texts.length);
  assert.equal(record.mebibytes, statSync(join(folder, 'model.safetensors')).size / 2 ** 20);
  const expected = await Promise.all(texts.map(({ text }) => labelOf(variant, text)));
  assert.deepEqual(
    record.answers.map(({ gold, given, ranked }) => [gold, given, ranked]),
    expected.map((answer) => [['a'], [answer.label], [answer]]),
  );
  assert.equal(record.accuracy, expected.filter(({ label }) => label === 'a').length / texts.length);
});

test('an empty query, no runs and no texts are refused', async (t) => {
  const [variant] = await openTextVariants(tinyClassifier(t), { threads: 1 });
  t.after(() => variant.dispose());
  await assert.rejects(timeCalls(variant, { query: ' \n' }), /the query to time is empty/);
  for (const runs of [0, -1, 1.5])
    await assert.rejects(timeCalls(variant, { query: 'a', runs }), /timed runs cannot be made/);
  await assert.rejects(measureStage(variant, [], { query: 'a' }), /at least one text/);
});

test('a stage runs in a process of its own and gives the same answers, with its peak memory', async (t) => {
  const folder = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  const texts = ['a cell', 'two cells die'].map((text) => ({ text, labels: ['a'], several: false }));
  const options = { query: 'the cell', warmups: 1, runs: 2 };
  const model = { folder, file: 'model.safetensors', threads: 1 };
  const record = await benchmarkStage('first', model, texts, options);
  assert.deepEqual([record.stage, record.threads, record.latency.runs], ['first', 1, 2]);
  assert.ok(record.peakMegabytes > 20);
  const [variant] = await openTextVariants(folder, { threads: 1 });
  t.after(() => variant.dispose());
  const { answers } = await measureStage(variant, texts, options);
  assert.deepEqual(
    record.answers.map(({ given }) => given),
    answers.map(({ given }) => given),
  );
  await assert.rejects(benchmarkStage('none', { ...model, file: 'onnx/model.onnx' }, texts, options), {
    name: 'InputError',
    message: /there is no such file/,
  });
});
