import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError } from '../foundation';
import { loadAnnotator, loadClassifier } from '../inference';
import { readConfiguration } from '../nn';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { fineTune } from './recipe';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-recipe-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function write(folder: string, name: string, lines: readonly object[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
}

/** Words whose first letter determines their label, among words without one. */
function sentences(count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, place] = [`a${index % 10}`, `z${(index * 3) % 10}`];
    const text = `${name} in ${place}, no 5`;
    const spans = [
      { start: 0, end: 2, label: 'person' },
      { start: 6, end: 8, label: index % 2 === 0 ? 'town' : 'constructor' },
    ];
    return { text: index % 2 === 0 ? text : text.replace('z', 'y'), spans };
  });
}

const settings = {
  encoder: tinyBertFolder,
  epochs: 12,
  batchSize: 8,
  learningRate: 1e-2,
  maximumLength: 32,
  replicas: 1,
  precision: 'float32',
} as const;

test('own labels are learned, recorded in the folder, seen through views, and a complete run is unchanged', async (context) => {
  const folder = folderOf(context);
  const [train, dev] = [
    write(folder, 'train.jsonl', sentences(64)),
    write(folder, 'dev.jsonl', sentences(20)),
  ];
  const out = join(folder, 'run');
  const views = { places: { place: ['town', 'constructor'] }, people: { someone: ['person'] } };
  const run = { ...settings, train: [train], dev: [dev], out, views };
  const report = await fineTune(run);
  assert.deepEqual([report.task, report.labels], ['tagging', ['person', 'town', 'constructor']]);
  assert.ok(report.bestScore > 0.9, `${report.bestScore}`);
  assert.deepEqual(readConfiguration(out).labels, report.labels);
  const { training } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')).falconframes;
  assert.equal(training.train[0].file, 'train.jsonl');
  assert.equal(training.options.learningRate, 1e-2);
  assert.equal(training.bestEpoch, report.bestEpoch);

  const labelsOf = async (view?: string) => {
    const annotator = await loadAnnotator(out, { threads: 1, view });
    const found = await annotator.annotate('a3 in z4, no 5');
    await annotator.dispose();
    return found.map(({ text, label }) => `${text} ${label}`);
  };
  assert.deepEqual(await labelsOf(), ['z4 place']);
  assert.deepEqual(await labelsOf('people'), ['a3 someone']);
  assert.deepEqual(await labelsOf('labels'), ['a3 person', 'z4 town']);
  await assert.rejects(labelsOf('other'), /no view "other"; it has places, people, labels/);

  const notices: string[] = [];
  const again = await fineTune({ ...run, resume: true, onNotice: (notice) => notices.push(notice) });
  assert.ok(notices.some((notice) => /is already complete/.test(notice)));
  assert.deepEqual([again.bestEpoch, again.bestScore], [report.bestEpoch, report.bestScore]);
  await assert.rejects(fineTune({ ...run, learningRate: 2e-2, resume: true }), {
    name: 'InputError',
    message: /trained with other options, data or encoder/,
  });
});

test('words with exclusive tags, and texts with labels, are trained by the same call', async (context) => {
  const folder = folderOf(context);
  const words = (line: object) => {
    const { text } = line as { text: string };
    return {
      ...line,
      words: [...text.matchAll(/\w+|,/g)].map(({ 0: word, index }) => ({
        start: index,
        end: index + word.length,
      })),
    };
  };
  const [train, dev] = [
    write(folder, 'train.jsonl', sentences(64).map(words)),
    write(folder, 'dev.jsonl', sentences(20).map(words)),
  ];
  const out = join(folder, 'tagger');
  const tagger = await fineTune({
    ...settings,
    train: [train],
    dev: [dev],
    out,
    scheme: 'exclusive',
    words: 'first',
  });
  assert.ok(tagger.bestScore > 0.9, `${tagger.bestScore}`);
  const annotator = await loadAnnotator(out, { threads: 1 });
  const found = await annotator.annotate('a3 in z4, no 5');
  assert.deepEqual(
    found.map(({ text, label }) => `${text} ${label}`),
    ['a3 person', 'z4 town'],
  );
  await annotator.dispose();

  const texts = Array.from({ length: 48 }, (_, index) => ({
    text: index % 2 === 0 ? `a b ${index}` : `y z ${index}`,
    label: index % 2 === 0 ? 'early' : 'late',
  }));
  const [learned, held] = [
    write(folder, 'texts.jsonl', texts),
    write(folder, 'held.jsonl', texts.slice(0, 10)),
  ];
  const classifier = await fineTune({
    ...settings,
    epochs: 40,
    train: [learned],
    dev: [held],
    out: join(folder, 'classifier'),
  });
  assert.deepEqual([classifier.task, classifier.labels], ['classification', ['early', 'late']]);
  const loaded = await loadClassifier(classifier.folder, { threads: 1 });
  const [best, other] = await loaded.classify('y z 7');
  assert.equal(best.label, 'late');
  assert.ok(
    best.score > 0.5 && Math.abs(best.score + other.score - 1) < 1e-5,
    `${best.score} ${other.score}`,
  );
  await loaded.dispose();
});

test('data that cannot be learned from is rejected in one sentence, and nothing is written', async (context) => {
  const folder = folderOf(context);
  const good = write(folder, 'good.jsonl', sentences(8));
  const text = (name: string, lines: readonly object[]) => write(folder, name, lines);
  const tagged = (label: string) => [{ text: 'a1', spans: [{ start: 0, end: 2, label }] }];
  const cases: [string[], string[], RegExp][] = [
    [
      [good],
      [text('other.jsonl', tagged('persn'))],
      /other\.jsonl: has "persn" \(once\), which no training sentence has/,
    ],
    [
      [text('one.jsonl', [{ text: 'a', label: 'x' }])],
      [good],
      /good\.jsonl: contains sentences with "spans", but .*one\.jsonl texts with a "label"; train on files of one kind/,
    ],
    [
      [
        text('same.jsonl', [
          { text: 'a', label: 'x' },
          { text: 'b', label: 'x' },
        ]),
      ],
      [text('same-dev.jsonl', [{ text: 'a', label: 'x' }])],
      /all texts have the label "x", so there is nothing to tell apart/,
    ],
    [[text('none.jsonl', [{ text: 'a', spans: [] }])], [good], /no sentence has a mention/],
    [
      [text('mixed.jsonl', [...tagged('x'), { text: 'a', label: 'x' }])],
      [good],
      /mixed\.jsonl line 2: has a label for its whole text/,
    ],
    [[good], [text('bare.jsonl', [{ text: 'a', spans: [] }])], /have no gold mention/],
  ];
  for (const [train, dev, message] of cases) {
    const out = join(folder, 'out');
    await assert.rejects(fineTune({ ...settings, train, dev, out }), (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('\n'));
      return true;
    });
    assert.ok(!existsSync(join(out, 'config.json')));
  }
});
