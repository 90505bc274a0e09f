import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parse } from 'csv-parse/sync';
import { InputError, type Sentence } from '../foundation';
import { readConfiguration } from '../nn';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import type { TokenScorer } from '../tokenization';
import { spansToLabels, Tokenizer } from '../tokenization';
import { BIO } from '../tokenization/tag-set.fixture';
import { type BenchmarkRow, benchmark, europePmcCoreHours, type Variant } from './benchmark';
import { benchmarkCsv } from './csv';

const MENTION = 't cell';
const NOTHING = { 'Gene Mutations': null, Cell: null, 'Cell Line': null, 'Organ Tissue': null };

const SENTENCES: Sentence[] = Array.from({ length: 30 }, (_, index) => {
  const before = `${'a '.repeat(index)}the `;
  return {
    article: `A${index}`,
    section: '',
    paragraph: 0,
    offset: 0,
    text: `${before}${MENTION} grew`,
    spans: [{ start: before.length, end: before.length + MENTION.length, label: 'Cell' }],
    annotated: ['Cell', 'Cell Line'],
  };
});

test('an oracle has F1 1, a silent tagger 0, a slow one takes longer, and all alternate', async (t) => {
  const folder = copyTinyBert(t);
  const tokenizer = new Tokenizer(folder);
  const tagging = readConfiguration(folder);
  const encodings = await tokenizer.encode(SENTENCES.map(({ text }) => text));
  const answers = new Map(
    encodings.map((encoded, index) => {
      const { labels } = spansToLabels(encoded, SENTENCES[index].spans, BIO);
      const logits = Float32Array.from(labels, (label) => (label ? 5 : -5));
      return [
        String(encoded.ids),
        Float32Array.from([...Array(8).fill(-5), ...logits, ...Array(8).fill(-5)]),
      ];
    }),
  );
  const calls: string[] = [];
  const oracle: TokenScorer = async (windows) => {
    calls.push('oracle');
    return windows.map(({ inputIds }) => answers.get(String(inputIds.slice(1, -1)))!);
  };
  const mute: TokenScorer = async (windows) => {
    calls.push('mute');
    const until = performance.now() + 3 * windows.length;
    while (performance.now() < until);
    return windows.map(({ inputIds }) => new Float32Array(inputIds.length * 8).fill(-5));
  };
  const file = join(folder, 'weights');
  writeFileSync(file, Buffer.alloc(2_500_000));
  let heard: readonly string[] = [];
  const common = { tokenizer, tagging, threads: 1, parameters: 1000 };
  const variants: Variant[] = [
    {
      ...common,
      name: 'oracle',
      files: [file],
      score: oracle,
      dispose: async () => {},
      measureMemory: async (texts) => {
        heard = texts;
        return 20;
      },
    },
    {
      ...common,
      name: 'mute, "slow"',
      files: [file, file],
      score: mute,
      dispose: async () => {},
      measureMemory: async () => 30,
    },
  ];
  const rows = await benchmark(variants, SENTENCES, { runs: 20 });

  assert.deepEqual(
    rows.map(({ f1 }) => f1.Cell),
    [1, 0],
  );
  assert.deepEqual(
    rows.map(({ f1 }) => [f1['Cell Line'], f1['Organ Tissue']]),
    [
      [null, null],
      [null, null],
    ],
  );
  assert.deepEqual(
    rows.map(({ megabytes }) => megabytes),
    [2.5, 5],
  );
  assert.ok(rows[0].gzippedMegabytes < 0.01, 'zeros');
  assert.deepEqual(
    rows.map(({ peakMegabytes }) => peakMegabytes),
    [20, 30],
  );
  assert.equal(heard.length, SENTENCES.length);
  assert.deepEqual(rows[0].f1Intervals, { ...NOTHING, Cell: [1, 1] });
  assert.deepEqual(rows[0].meanF1Interval, [1, 1]);
  for (const { timedRuns, medianMs, p95Ms } of rows) {
    assert.equal(timedRuns, 20);
    assert.ok(medianMs <= p95Ms);
  }
  assert.ok(rows[1].medianMs >= 3 && rows[0].medianMs < 3);
  assert.ok(rows[1].sentencesPerSecond < 334);
  assert.ok(rows[0].tokensPerSecond > rows[0].sentencesPerSecond * 4);
  // At any point of the run both have been called about equally often: latency alternates by 10 timed and 10 untimed runs, tagging by 64.
  for (let end = 40; end <= calls.length; end += 40) {
    const share = calls.slice(0, end).filter((name) => name === 'oracle').length / end;
    assert.ok(Math.abs(share - 0.5) < 0.02, `${share} after ${end}`);
  }
  const [header, , slow] = parse(benchmarkCsv(rows)) as string[][];
  assert.equal(slow[0], 'mute, "slow"');
  assert.equal(slow[header.indexOf('f1 Cell')], '0');
  assert.equal(slow[header.indexOf('f1 Cell Line')], '');
});

test('messages to another process are not timed, and a network with random weights has no F1', async (t) => {
  const folder = copyTinyBert(t);
  let messages = 0;
  const far: Variant = {
    name: 'far',
    files: [],
    tokenizer: new Tokenizer(folder),
    tagging: readConfiguration(folder),
    threads: 2,
    parameters: 0,
    untrained: true,
    messageMs: () => messages,
    dispose: async () => {},
    measureMemory: async () => 0,
    score: async (windows) => {
      const start = performance.now();
      while (performance.now() < start + 20);
      messages += performance.now() - start;
      return windows.map(({ inputIds }) => new Float32Array(inputIds.length * 8));
    },
  };
  const [row] = await benchmark([far], SENTENCES, { runs: 5 });
  assert.ok(row.medianMs < 15);
  assert.deepEqual([row.f1, row.f1Intervals, row.meanF1, row.meanF1Interval], [NOTHING, NOTHING, null, null]);
});

test('core hours of all full texts double if the same throughput needs twice the threads', () => {
  const row = { tokensPerSecond: 3000, threads: 2 } as BenchmarkRow;
  assert.equal(europePmcCoreHours(row), (6.9e6 * 10_800 * 2) / (3000 * 3600));
});

test('an empty list of variants or sentences is refused', async () => {
  await assert.rejects(benchmark([], SENTENCES), InputError);
  await assert.rejects(benchmark([{} as Variant], []), InputError);
});
