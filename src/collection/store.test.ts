/** Existing files in the folder are validated, and files of others are never lost. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../foundation';
import { checkCollection } from './check';
import { collectArticles } from './collect';
import { GOOD, withAnswers } from './europepmc-server.fixture';
import { collectedFiles, readCollection, summarizeCollection } from './summary';

const IDS = ['PMC1', 'PMC2', 'PMC3'];

test('a manifest with ids that escape the folder, or with invalid types, is refused', async () => {
  await withAnswers({}, async ({ options }) => {
    const { out } = options;
    await collectArticles({ ...options, ids: IDS });
    const path = join(out, 'manifest.json');
    const good = JSON.parse(readFileSync(path, 'utf8'));
    for (const change of [
      { articles: { '../../victim': 'x' } },
      { articles: [] },
      { missing: { '../PMC1': 'x' } },
      { missing: { PMC01: 'x' } },
      { types: 'Cell' },
      { types: ['Cell', 'Cell'] },
      { types: [''] },
      { types: ['Cell\u0000'] },
      { types: [1] },
      { source: '__proto__' },
    ]) {
      writeFileSync(path, JSON.stringify({ ...good, ...change }));
      await assert.rejects(checkCollection(options), /manifest\.json: is not the manifest of a collection/);
    }
    writeFileSync(path, '[');
    await assert.rejects(checkCollection(options), InputError);
    // Damaged, but in the folder of a collection: collecting again repairs it.
    assert.equal((await collectArticles({ ...options, ids: IDS })).fetched, 0);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), good);
  });
});

test('a manifest that is not of a collection is not replaced', async () => {
  for (const content of ['{"name":"app","icons":[]}', '[]', '7', '// mine', '{"seed":1,"articles":3}'])
    await withAnswers({}, async ({ options, asked }) => {
      mkdirSync(options.out);
      const path = join(options.out, 'manifest.json');
      writeFileSync(path, content);
      await assert.rejects(
        collectArticles({ ...options, ids: IDS }),
        (error: Error) =>
          error instanceof InputError && /does not belong to a collection and would be/.test(error.message),
      );
      assert.equal(readFileSync(path, 'utf8'), content);
      assert.deepEqual(readdirSync(options.out), ['manifest.json']);
      assert.equal(asked.size, 0);
    });
});

test('stored articles that are damaged in any way are collected again', async () => {
  await withAnswers({}, async ({ options }) => {
    const { out } = options;
    await collectArticles({ ...options, ids: IDS });
    const path = join(out, 'articles', 'PMC2.json');
    const whole = readFileSync(path, 'utf8');
    const article = JSON.parse(whole);
    for (const damage of [
      { annotations: [{ ...GOOD, type: '__proto__' }] },
      { annotations: [{ ...GOOD, type: 'Disease' }] },
      { annotations: [{ ...GOOD, section: 5 }] },
      { leftOut: { x: 'many' } },
      { leftOut: 7 },
      { pmcid: 'PMC3' },
    ]) {
      writeFileSync(path, JSON.stringify({ ...article, ...damage }));
      assert.equal((await collectArticles({ ...options, ids: IDS })).fetched, 1, JSON.stringify(damage));
      assert.equal(readFileSync(path, 'utf8'), whole);
    }
    const deep = whole.replace('"provider"', `"x":${'['.repeat(50_000)}${']'.repeat(50_000)},"provider"`);
    writeFileSync(path, deep);
    const { unchecked } = await checkCollection(options);
    assert.deepEqual(Object.keys(unchecked), ['PMC2']);
    assert.equal((await collectArticles({ ...options, ids: IDS })).fetched, 1);
  });
});

test('anything other than a file under the name of an article affects only that article', async () => {
  await withAnswers({}, async ({ options }) => {
    const articles = join(options.out, 'articles');
    mkdirSync(join(articles, 'PMC1.json'), { recursive: true });
    execFileSync('mkfifo', [join(articles, 'PMC2.json')]);
    const report = await collectArticles({ ...options, ids: IDS });
    assert.deepEqual(Object.keys(report.articles), ['PMC3']);
    assert.deepEqual(report.missing, {
      PMC1: 'PMC1.json is there but is not a regular file; remove it',
      PMC2: 'PMC2.json is there but is not a regular file; remove it',
    });
  });
});

test('only temporary files of articles and manifest are removed, never folders or link targets', async () => {
  await withAnswers({}, async ({ options, folder }) => {
    const { out } = options;
    await collectArticles({ ...options, ids: IDS });
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'mine');
    const kept = [
      ...[
        'manifest.json.1',
        'manifest.json.bak',
        'notes.json.01234567-7-89abcdef.partial',
        'PMC1.json.0123.partial',
      ],
      ...['manifest.json.aaaaaaaa-7-aaaaaaaa.partial', 'manifest.json.bbbbbbbb-7-bbbbbbbb.partial'],
    ];
    for (const name of kept.slice(0, 4)) writeFileSync(join(out, name), 'mine');
    mkdirSync(join(out, kept[4]));
    symlinkSync(victim, join(out, kept[5]));
    writeFileSync(join(out, 'articles', 'PMC7.json.0123abcd-7-0123abcd.partial'), 'x');
    await collectArticles({ ...options, ids: IDS });
    assert.deepEqual(readdirSync(out).sort(), ['articles', 'manifest.json', ...kept].sort());
    assert.deepEqual(readdirSync(join(out, 'articles')).sort(), IDS.map((id) => `${id}.json`).sort());
    assert.equal(readFileSync(victim, 'utf8'), 'mine');
  });
});

test('a second run with the same folder is refused while the first is running', async () => {
  let second: Promise<unknown> | undefined;
  await withAnswers(
    {
      fullText(_, response) {
        second ??= assert.rejects(
          collectArticles({ ...running, ids: IDS }),
          (error: Error) => error instanceof InputError && /is in use by another run/.test(error.message),
        );
        second.finally(() => response.writeHead(404).end());
        return undefined;
      },
    },
    async ({ options }) => {
      running = options;
      assert.equal((await collectArticles({ ...options, ids: IDS })).stored, 0);
      await second;
      assert.ok(second);
      assert.deepEqual(readdirSync(options.out), ['manifest.json']);
    },
  );
});
let running: Parameters<typeof collectArticles>[0];

test('a folder that cannot hold a collection is refused before any work', async () => {
  await withAnswers({}, async ({ options, folder, asked }) => {
    const file = join(folder, 'plain.txt');
    writeFileSync(file, 'mine');
    for (const out of [file, join(file, 'below'), '', join(folder, 'x'.repeat(300))])
      await assert.rejects(
        collectArticles({ ...options, ids: IDS, out }),
        (error: Error) => error instanceof InputError && !error.message.includes('\n'),
        out,
      );
    assert.equal(asked.size, 0);
    assert.equal(readFileSync(file, 'utf8'), 'mine');
    assert.equal(existsSync(options.out), false);
  });
});

test('a link in place of an article is not written through', async () => {
  await withAnswers({}, async ({ options, folder }) => {
    const { out } = options;
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'mine');
    mkdirSync(join(out, 'articles'), { recursive: true });
    symlinkSync(victim, join(out, 'articles', 'PMC2.json'));
    const { stored, missing } = await collectArticles({ ...options, ids: IDS });
    assert.equal(stored, 2);
    assert.deepEqual(missing, { PMC2: 'PMC2.json is there but is not a regular file; remove it' });
    assert.equal(readFileSync(victim, 'utf8'), 'mine');
  });
});

test('files that macOS adds are not read as articles', async () => {
  await withAnswers({}, async ({ options }) => {
    await collectArticles({ ...options, ids: IDS });
    writeFileSync(join(options.out, 'articles', '._PMC1.json'), Buffer.from([0, 5, 22, 7]));
    assert.equal(collectedFiles(options.out).length, 3);
  });
});

test('sections that differ by case are one, and what nobody looked for there is unknown, not 0', async () => {
  await withAnswers({}, async ({ options }) => {
    mkdirSync(join(options.out, 'articles'), { recursive: true });
    const write = (pmcid: string, ...marked: [type: string, section?: string][]) => {
      const annotations = marked.map(([type, section], index) => ({
        ...{ exact: 'it', tags: [], id: `${index}`, provider: 'p', type, section },
      }));
      const article = { pmcid, source: 's', types: ['Cell', 'Organ Tissue'], fullText: '', annotations };
      writeFileSync(join(options.out, 'articles', `${pmcid}.json`), JSON.stringify(article));
    };
    write('PMC1', ['Cell', 'Results and Discussion'], ['Cell', 'Results and discussion'], ['Cell', 'Title']);
    write('PMC2', ['Cell', 'Results and discussion'], ['Organ Tissue', 'Title'], ['Cell']);
    const { bySection } = summarizeCollection(options.out, { annotated: { PMC1: ['Cell'] } });
    assert.deepEqual(bySection, [
      { section: 'Results and discussion', Cell: 3, 'Organ Tissue': 0 },
      { section: 'Title', Cell: 1, 'Organ Tissue': 1 },
      { section: 'not given', Cell: 1, 'Organ Tissue': 0 },
    ]);
    const own = { PMC1: ['Cell'], PMC2: ['Cell'] };
    const narrower = summarizeCollection(options.out, { annotated: own }).bySection;
    assert.deepEqual(narrower[0], { section: 'Results and discussion', Cell: 3, 'Organ Tissue': null });
  });
});

test('an unreadable stored article is skipped and reported in a summary', async () => {
  await withAnswers({}, async ({ options }) => {
    await collectArticles({ ...options, ids: IDS });
    const articles = join(options.out, 'articles');
    const whole = summarizeCollection(options.out);
    assert.deepEqual([whole.articles, whole.skipped], [3, []]);
    writeFileSync(join(articles, 'PMC4.json'), '{"pmcid":');
    mkdirSync(join(articles, 'PMC5.json'));
    const summary = summarizeCollection(options.out);
    assert.deepEqual({ ...summary, skipped: [] }, whole);
    assert.match(summary.skipped[0], /PMC4\.json: not valid JSON/);
    assert.match(summary.skipped[1], /PMC5\.json: is not a regular file/);
    const said: string[] = [];
    assert.equal([...readCollection(options.out, (sentence) => said.push(sentence))].length, 3);
    assert.deepEqual(said, summary.skipped);
    for (const id of IDS) writeFileSync(join(articles, `${id}.json`), 'null');
    assert.throws(
      () => summarizeCollection(options.out),
      /none of 5 articles can be read; the first: .*PMC1\.json/,
    );
  });
});
