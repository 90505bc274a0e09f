import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ENTITY_CLASSES,
  InputError,
  projectRoot,
  readSentences,
  type Sentence,
  type Span,
} from '../foundation';
import { findLeaks } from './leaks';
import { preprocessCollection } from './preprocess';
import { balanceClasses, sampleNegatives } from './sampling';
import { outermost, paragraphsToSentences } from './sentences';
import { type ClassCounts, countMentions, PARTS, SHARES, splitArticles } from './splitting';

const sentence = (text: string, ...labels: Span['label'][]): Sentence => ({
  article: 'A',
  section: '',
  paragraph: 0,
  offset: 0,
  text,
  spans: labels.map((label, index) => ({ start: index, end: index + 1, label })),
  annotated: [...ENTITY_CLASSES],
});

test('of overlapping spans of a class the outermost stays, other classes do not matter', () => {
  const overlaps = { repeated: 0, nested: 0, crossing: 0 };
  const cell = (start: number, end: number): Span => ({ start, end, label: 'Cell' });
  const organ: Span = { start: 0, end: 5, label: 'Organ Tissue' };
  assert.deepEqual(
    outermost([cell(6, 10), cell(0, 10), organ, cell(0, 10), cell(8, 12), cell(12, 13)], overlaps),
    [cell(0, 10), organ, cell(12, 13)],
  );
  assert.deepEqual(overlaps, { repeated: 1, nested: 1, crossing: 1 });
});

test('sentences carry their spans, and none is cut', () => {
  const text = 'We grew E. coli. The cells of St. Mary ended. It rained.';
  const start = text.indexOf('Mary ended. It');
  const annotation = { exact: '', tags: [], id: '', type: 'Cell', provider: '' };
  const placed = [{ annotation, paragraph: 0, span: { start, end: start + 14, label: 'Cell' as const } }];
  const { sentences } = paragraphsToSentences('A', [{ section: 'S', index: 0, text }], placed, ['Cell']);
  for (const { text: own, offset } of sentences) assert.equal(text.slice(offset, offset + own.length), own);
  const marked = sentences.flatMap(({ text: own, spans }) =>
    spans.map((span) => own.slice(span.start, span.end)),
  );
  assert.deepEqual(marked, ['Mary ended. It']);
});

const articleCounts = fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.nat(5), fc.nat(100)), {
  minLength: 3,
  maxLength: 60,
});
const toMap = (counts: [number, number, number, number][]) =>
  new Map(
    counts.map((numbers, index) => [
      `PMC${index}`,
      Object.fromEntries(ENTITY_CLASSES.map((label, place) => [label, numbers[place]])) as ClassCounts,
    ]),
  );

test('every article goes to one part, no part is empty, the seed decides', () => {
  fc.assert(
    fc.property(articleCounts, fc.nat(), (counts, seed) => {
      const articles = toMap(counts);
      const parts = splitArticles(articles, seed);
      assert.deepEqual([...parts.keys()].sort(), [...articles.keys()].sort());
      for (const part of PARTS) assert.ok([...parts.values()].includes(part), part);
      assert.deepEqual([...splitArticles(new Map([...articles].reverse()), seed)], [...parts]);
    }),
    { numRuns: 200, seed: 5 },
  );
});

test('with many articles each part gets its share of each class, within an article’s worth', () => {
  const counts = Array.from({ length: 200 }, (_, i): [number, number, number, number] => [
    i % 7,
    (i * 3) % 11,
    i % 13 === 0 ? 4 : 0,
    i % 5,
  ]);
  const articles = toMap(counts);
  const parts = splitArticles(articles, 1);
  for (const label of ENTITY_CLASSES) {
    const total = [...articles.values()].reduce((sum, own) => sum + own[label], 0);
    const richest = Math.max(...[...articles.values()].map((own) => own[label]));
    for (const part of PARTS) {
      const own = [...articles]
        .filter(([article]) => parts.get(article) === part)
        .reduce((sum, [, of]) => sum + of[label], 0);
      assert.ok(
        Math.abs(own / total - SHARES[part]) <= 0.03 + richest / total,
        `${label} in ${part}: ${own} of ${total}`,
      );
    }
  }
});

test('sentences without mentions are kept at the ratio, in order', () => {
  const all = [
    sentence('a'),
    sentence('b', 'Cell'),
    ...[...'cdefgh'].map((text) => sentence(text)),
    sentence('i', 'Cell'),
  ];
  assert.equal(sampleNegatives(all, 1, 1).length, 4);
  assert.equal(sampleNegatives(all, 0, 1).length, 2);
  assert.deepEqual(sampleNegatives(all, 100, 1), all);
  const order = sampleNegatives(all, 2, 9).map(({ text }) => all.findIndex((other) => other.text === text));
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
});

test('balancing lowers the frequent classes and never touches the rarest', () => {
  const all = [
    ...Array.from({ length: 50 }, (_, i) => sentence(`cell ${i}`, 'Cell')),
    ...Array.from({ length: 5 }, (_, i) => sentence(`line ${i}`, 'Cell', 'Cell Line')),
    sentence('none'),
  ];
  const counts = countMentions(balanceClasses(all, 2, 1));
  assert.equal(counts['Cell Line'], 5);
  assert.equal(counts.Cell, 10);
});

test('the sample as a collection: all files, all counts agree, twice the same bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'preprocess-'));
  try {
    writeSampleCollection(join(folder, 'in'));
    const report = await preprocessCollection(join(folder, 'in'), join(folder, 'out'));
    const { collected, placed, unplaced } = report.annotations;
    assert.equal(collected, 695);
    assert.equal(placed + unplaced, collected);
    const seen = new Map<string, string>();
    for (const part of PARTS) {
      const sentences = readSentences(join(folder, 'out', `${part}.jsonl`));
      assert.equal(sentences.length, report.parts[part].sentences);
      assert.ok(ENTITY_CLASSES.every((label) => report.parts[part].mentions[label] > 0));
      for (const { article } of sentences) assert.equal(seen.get(article) ?? part, part);
      for (const { article } of sentences) seen.set(article, part);
    }
    assert.equal(seen.size, 21);
    const [train, dev, test] = PARTS.map((part) => readSentences(join(folder, 'out', `${part}.jsonl`)));
    assert.ok(report.leaks.identical + report.leaks.nearIdentical > 0);
    assert.deepEqual(findLeaks({ train, dev, test }), []);
    await preprocessCollection(join(folder, 'in'), join(folder, 'again'));
    for (const name of readdirSync(join(folder, 'out')))
      assert.deepEqual(
        readFileSync(join(folder, 'again', name)),
        readFileSync(join(folder, 'out', name)),
        name,
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder without articles, and a damaged article, are named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'preprocess-'));
  try {
    await assert.rejects(preprocessCollection(folder, join(folder, 'out')), /no collected articles/);
    mkdirSync(join(folder, 'articles'));
    writeFileSync(join(folder, 'articles', 'PMC1.json'), '{"pmcid":"PMC1"');
    await assert.rejects(preprocessCollection(folder, join(folder, 'out')), InputError);
    assert.deepEqual(readdirSync(join(folder, 'out')), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function writeSampleCollection(folder: string): void {
  const sample = join(projectRoot, 'data', 'sample');
  mkdirSync(join(folder, 'articles'), { recursive: true });
  for (const file of readdirSync(join(sample, 'articles'))) {
    const pmcid = file.replace('.xml', '');
    const [{ annotations }] = JSON.parse(readFileSync(join(sample, 'annotations', `${pmcid}.json`), 'utf8'));
    const fullText = readFileSync(join(sample, 'articles', file), 'utf8');
    const article = { pmcid, source: 'sample', types: ENTITY_CLASSES, fullText, annotations };
    writeFileSync(join(folder, 'articles', `${pmcid}.json`), JSON.stringify(article));
  }
}
