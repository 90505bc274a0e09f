import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { TYPES } from '../collection/types.fixture';
import { InputError, projectRoot, readSentences, type Sentence, type Span } from '../foundation';
import { findLeaks } from './leaks';
import { type PreprocessingOptions, preprocessCollection } from './preprocess';
import { balanceClasses, sampleNegatives } from './sampling';
import { paragraphsToSentences, withoutRepetitions } from './sentences';
import { countMentions, type LabelCounts, PARTS, SHARES, splitArticles } from './splitting';

const sentence = (text: string, ...labels: Span['label'][]): Sentence => ({
  article: 'A',
  section: '',
  paragraph: 0,
  offset: 0,
  text,
  spans: labels.map((label, index) => ({ start: index, end: index + 1, label })),
  annotated: [...TYPES],
});

test('overlapping spans of a class are kept and counted; duplicates are kept once', () => {
  const overlaps = { repeated: 0, nested: 0, crossing: 0 };
  const cell = (start: number, end: number): Span => ({ start, end, label: 'Cell' });
  const organ: Span = { start: 0, end: 5, label: 'Organ Tissue' };
  assert.deepEqual(
    withoutRepetitions(
      [cell(6, 10), cell(0, 10), organ, cell(0, 10), cell(8, 12), cell(6, 10), cell(12, 13)],
      TYPES,
      overlaps,
    ),
    [cell(0, 10), organ, cell(6, 10), cell(8, 12), cell(12, 13)],
  );
  assert.deepEqual(overlaps, { repeated: 2, nested: 1, crossing: 1 });
});

test('nested mentions are kept in the sentence', () => {
  const text = 'Red blood cells and T cell lines.';
  const annotation = { exact: '', tags: [], id: '', type: 'Cell', provider: '' };
  const placed = [
    [20, 32],
    [0, 15],
    [4, 15],
    [0, 9],
  ].map(([start, end]) => ({ annotation, paragraph: 0, span: { start, end, label: 'Cell' as const } }));
  const { sentences, overlaps } = paragraphsToSentences('A', [{ section: '', index: 0, text }], placed, [
    'Cell',
  ]);
  assert.deepEqual(
    sentences.flatMap(({ spans }) => spans.map(({ start, end }) => [start, end])),
    [
      [0, 15],
      [0, 9],
      [4, 15],
      [20, 32],
    ],
  );
  assert.deepEqual(overlaps, { repeated: 0, nested: 2, crossing: 0 });
});

test('sentences have their spans, and no span is cut', () => {
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
      Object.fromEntries(TYPES.map((label, place) => [label, numbers[place]])) as LabelCounts,
    ]),
  );

test('every article is in one part, no part is empty, and the seed determines the split', () => {
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

test('with many articles each part gets its share of each class, within the size of one article', () => {
  const counts = Array.from({ length: 200 }, (_, i): [number, number, number, number] => [
    i % 7,
    (i * 3) % 11,
    i % 13 === 0 ? 4 : 0,
    i % 5,
  ]);
  const articles = toMap(counts);
  const parts = splitArticles(articles, 1);
  for (const label of TYPES) {
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

test('counts list annotated labels first, then others that occur', () => {
  const sentences = [sentence('x', 'gene'), sentence('y', 'drug', 'gene')];
  assert.deepEqual(Object.entries(countMentions(sentences, ['disease', 'drug'])), [
    ['disease', 0],
    ['drug', 1],
    ['gene', 2],
  ]);
});

test('balancing reduces frequent classes and never the rarest', () => {
  const all = [
    ...Array.from({ length: 50 }, (_, i) => sentence(`cell ${i}`, 'Cell')),
    ...Array.from({ length: 5 }, (_, i) => sentence(`line ${i}`, 'Cell', 'Cell Line')),
    sentence('none'),
  ];
  const counts = countMentions(balanceClasses(all, 2, 1));
  assert.equal(counts['Cell Line'], 5);
  assert.equal(counts.Cell, 10);
});

test('the sample as a collection: all files are written, all counts agree, and a second run gives identical files', async () => {
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
      assert.ok(TYPES.every((label) => report.parts[part].mentions[label] > 0));
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

test('the smallest articles form the test part on request, a given split is kept, and classes nobody looked for stay unknown', async () => {
  await inFolder(async (folder) => {
    writeSampleCollection(join(folder, 'in'));
    const run = (options: PreprocessingOptions) =>
      preprocessCollection(join(folder, 'in'), join(folder, 'out'), options);
    const whole = await run({ removeLeaks: false, negatives: 1000 });
    const sizes = new Map<string, number>();
    for (const part of PARTS)
      for (const { article } of readSentences(join(folder, 'out', `${part}.jsonl`)))
        sizes.set(article, (sizes.get(article) ?? 0) + 1);
    const { split, parts } = await run({ smallestInTest: 5 });
    const inTest = Object.keys(split).filter((article) => split[article] === 'test');
    assert.equal(inTest.length, 5);
    const largest = Math.max(...inTest.map((article) => sizes.get(article)!));
    for (const [article, part] of Object.entries(split))
      if (part !== 'test') assert.ok(sizes.get(article)! >= largest, article);
    assert.ok(parts.train.articles > parts.dev.articles && parts.dev.articles > 0);
    await assert.rejects(run({ smallestInTest: 20 }), {
      name: 'InputError',
      message: /21 articles are too few/,
    });

    const reversed = Object.fromEntries(
      Object.entries(whole.split).map(
        ([article, part]) => [article, part === 'test' ? 'dev' : 'test'] as const,
      ),
    );
    assert.deepEqual((await run({ split: reversed })).split, reversed);
    const [missing, ...others] = Object.entries(reversed);
    await assert.rejects(run({ split: Object.fromEntries(others) }), {
      name: 'InputError',
      message: new RegExp(`no part for ${missing[0]}`),
    });

    const annotated = Object.fromEntries(Object.keys(reversed).map((article) => [article, ['Cell']]));
    assert.deepEqual((await run({ annotated })).annotated, ['Cell']);
    const sentences = PARTS.flatMap((part) => readSentences(join(folder, 'out', `${part}.jsonl`)));
    assert.deepEqual(new Set(sentences.flatMap(({ annotated }) => annotated)), new Set(['Cell']));
  });
});

test('a folder without articles or without usable articles is refused', async () => {
  await inFolder(async (folder) => {
    await assert.rejects(preprocessCollection(folder, join(folder, 'out')), /no collected articles/);
    mkdirSync(join(folder, 'articles'));
    writeFileSync(join(folder, 'articles', 'PMC1.json'), '{"pmcid":"PMC1"');
    await assert.rejects(
      preprocessCollection(folder, join(folder, 'out')),
      (error: Error) =>
        error instanceof InputError && /None of the 1 articles.*PMC1\.json/.test(error.message),
    );
    assert.deepEqual(readdirSync(join(folder, 'out')), []);
  });
});

test('an unusable article is skipped and reported, and the others are processed', async () => {
  await inFolder(async (folder) => {
    const articles = join(folder, 'in', 'articles');
    mkdirSync(articles, { recursive: true });
    const write = (name: string, pmcid: string, text = 'T cells grow.', annotations: unknown[] = []) => {
      const fullText = `<article><body><p>${text}</p></body></article>`;
      const article = { pmcid, source: 'europepmc', types: ['Cell'], fullText, annotations };
      writeFileSync(join(articles, name), JSON.stringify(article));
    };
    const annotation = { prefix: '', exact: 'T cells', postfix: ' grow.', type: 'Cell', provider: 'P' };
    write('PMC1.json', 'PMC1', 'T cells grow.', [annotation, { type: 'Cell' }]);
    write('PMC2.json', 'PMC2', 'T cells &.');
    write('PMC3.json', 'PMC3');
    write('PMC3 (1).json', 'PMC3');
    write('PMC4.json', 'PMC5');
    write('PMC6 (1).json', 'PMC6');
    write('PMC7.json', 'PMC7', '</p>');
    write('PMC7-good.json', 'PMC7');
    writeFileSync(join(articles, 'PMC8.json'), '{"pmcid":');
    writeFileSync(join(articles, '._PMC1.json'), '\0\x05\x16\x07');
    mkdirSync(join(articles, 'PMC9.json'));
    execFileSync('mkfifo', [join(articles, 'PMC10.json')]);
    symlinkSync('PMC11.json', join(articles, 'PMC11.json'));
    symlinkSync('nowhere', join(articles, 'PMC12.json'));
    const told: string[] = [];
    const report = await preprocessCollection(join(folder, 'in'), join(folder, 'out'), {
      onProblem: (sentence) => told.push(sentence),
    });
    assert.deepEqual(Object.keys(report.split).sort(), ['PMC1', 'PMC3', 'PMC6', 'PMC7']);
    assert.equal(report.articles, 4);
    assert.deepEqual(report.annotations.collected, 1);
    assert.deepEqual(report.annotations.damaged, 1);
    const named = [
      'PMC10.json: is not a regular file',
      'PMC11.json: cannot be read, its links form a cycle',
      'PMC12.json: cannot be read, there is no such file',
      'PMC2.json line 1: ',
      'PMC4.json: holds PMC5, another article than its name says',
      'PMC7.json line 1: ',
      'PMC8.json: not valid JSON',
      'PMC9.json: is not a regular file',
      'PMC3 (1).json: contains PMC3, as does PMC3.json',
    ];
    assert.equal(report.skipped.length, named.length);
    named.forEach((start, index) => {
      assert.ok(report.skipped[index].startsWith(start), report.skipped[index]);
    });
    assert.equal(told.length, named.length + 1);
    assert.ok(told.includes('PMC1: damaged annotations left out: 1'));
    const manifest = JSON.parse(readFileSync(join(folder, 'out', 'manifest.json'), 'utf8'));
    assert.deepEqual(manifest.skipped, report.skipped);
  });
});

test('the collection is never overwritten', async () => {
  await inFolder(async (folder) => {
    const from = join(folder, 'in');
    writeSampleCollection(from);
    writeFileSync(join(from, 'manifest.json'), '{}');
    symlinkSync(from, join(folder, 'link'));
    for (const out of [from, join(from, 'articles'), `${from}/../in/`, join(folder, 'link')])
      await assert.rejects(preprocessCollection(from, out), /is an input/);
    const out = join(folder, 'out');
    mkdirSync(out);
    symlinkSync(join(from, 'manifest.json'), join(out, 'manifest.json'));
    await assert.rejects(preprocessCollection(from, out), /is an input/);
    rmSync(join(out, 'manifest.json'));
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'kept');
    symlinkSync(victim, join(out, '.sentences'));
    await preprocessCollection(from, out);
    assert.equal(readFileSync(victim, 'utf8'), 'kept');
    assert.deepEqual(readdirSync(from).sort(), ['articles', 'manifest.json']);
    assert.equal(readFileSync(join(from, 'manifest.json'), 'utf8'), '{}');
    assert.deepEqual(readdirSync(out).sort(), [
      'dev.jsonl',
      'manifest.json',
      'test.jsonl',
      'train.jsonl',
      'unanchored.jsonl',
    ]);
    await preprocessCollection(from, out); // its own files are replaced
    const other = join(folder, 'other');
    writeSampleCollection(other);
    writeFileSync(join(other, 'manifest.json'), '{"source":"sample","types":[]}');
    await assert.rejects(preprocessCollection(from, other), /manifest\.json: is not of preprocessed data/);
    assert.deepEqual(readdirSync(other).sort(), ['articles', 'manifest.json']);
    const blocked = join(folder, 'blocked');
    mkdirSync(join(blocked, '.sentences'), { recursive: true });
    await assert.rejects(
      preprocessCollection(from, blocked),
      /\.sentences: cannot be written, it is a folder/,
    );
  });
});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'preprocess-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeSampleCollection(folder: string): void {
  const sample = join(projectRoot, 'data', 'sample');
  mkdirSync(join(folder, 'articles'), { recursive: true });
  for (const file of readdirSync(join(sample, 'articles'))) {
    const pmcid = file.replace('.xml', '');
    const [{ annotations }] = JSON.parse(readFileSync(join(sample, 'annotations', `${pmcid}.json`), 'utf8'));
    const fullText = readFileSync(join(sample, 'articles', file), 'utf8');
    const article = { pmcid, source: 'sample', types: TYPES, fullText, annotations };
    writeFileSync(join(folder, 'articles', `${pmcid}.json`), JSON.stringify(article));
  }
}
