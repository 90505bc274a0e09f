import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../foundation';
import { isAnnotation, readCollectedArticle } from './article';

const annotation = { exact: 'liver', type: 'Organ Tissue', tags: [], id: '', provider: 'P' };
const article = { pmcid: 'PMC1', source: 'europepmc', types: ['Cell'], fullText: '<article/>' };

test('an annotation must have text and type, and fields of the right type', () => {
  const good = [{ exact: 'x', type: 'Cell' }, annotation, { ...annotation, prefix: null, tags: [{}] }];
  for (const value of good) assert.ok(isAnnotation(value), JSON.stringify(value));
  const bad = [
    null,
    7,
    [],
    { type: 'Cell' },
    { ...annotation, exact: 7 },
    { ...annotation, type: null },
    { ...annotation, prefix: ['a'] },
    { ...annotation, section: 3 },
    { ...annotation, fileName: true },
    { ...annotation, tags: 'liver' },
    { ...annotation, tags: [null] },
    { ...annotation, tags: [{ name: 5 }] },
  ];
  for (const value of bad) assert.ok(!isAnnotation(value), JSON.stringify(value));
});

test('a damaged annotation is left out and counted, and the article is kept', () => {
  inFolder((folder) => {
    const path = join(folder, 'PMC1.json');
    const annotations = [annotation, { type: 'Cell' }, null, annotation];
    writeFileSync(path, `\ufeff${JSON.stringify({ ...article, annotations })}`);
    const read = readCollectedArticle(path);
    assert.deepEqual(read, { ...article, annotations: [annotation, annotation], damagedAnnotations: 2 });
    writeFileSync(path, JSON.stringify({ ...article, annotations: [] }));
    assert.deepEqual(readCollectedArticle(path), { ...article, annotations: [], damagedAnnotations: 0 });
  });
});

test('files that are not stored articles are refused with their path, and pipes without waiting', () => {
  inFolder((folder) => {
    const path = join(folder, 'PMC2.json');
    const refused = (content: string, reason: RegExp) => {
      writeFileSync(path, content);
      assert.throws(
        () => readCollectedArticle(path),
        (error: Error) => error instanceof InputError && reason.test(error.message),
      );
    };
    refused('{"pmcid"', /PMC2\.json: not valid JSON .*; delete it and collect again/);
    refused('null', /holds null, a collected article is a JSON object/);
    refused(
      JSON.stringify({ ...article, annotations: [] }),
      /holds PMC1, another article than its name says/,
    );
    refused(JSON.stringify({ ...article, pmcid: 'PMC2', annotations: {} }), /"annotations" is not a list/);
    mkdirSync(join(folder, 'PMC3.json'));
    execFileSync('mkfifo', [join(folder, 'PMC4.json')]);
    for (const name of ['PMC3.json', 'PMC4.json'])
      assert.throws(() => readCollectedArticle(join(folder, name)), /not a regular file/);
    assert.throws(
      () => readCollectedArticle(join(folder, 'PMC5.json')),
      /PMC5\.json: cannot be read, there is no such file/,
    );
  });
});

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'article-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
