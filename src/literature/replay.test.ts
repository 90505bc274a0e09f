import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkCollection, collectArticles, readCollection } from '../collection';
import { type CorpusName, loadCorpus } from '../corpora';
import { mirrorFolder } from '../foundation';
import { preprocessCollection } from '../preprocessing';
import { readRunSentences } from './gather';
import { copyOutdated } from './outdated-copy';
import { writeReplay } from './replay';
import { currentRun } from './run';
import { knownOfArticles, openArticleSource } from './source-of-run';
import { ENTITY_CLASSES, LITERATURE_VIEW } from './views';

const skip = mirrorFolder() ? false : 'needs FALCONFRAMES_MIRROR';

function runIn(context: TestContext, environment: NodeJS.ProcessEnv) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-replay-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return currentRun({ ...environment, FALCONFRAMES_OUT: folder });
}

test('gold corpora go through collection and preprocessing as articles of Europe PMC do, and come out as they are', {
  skip,
}, async (t) => {
  const run = runIn(t, {});
  const few = { train: 3, dev: 2, test: 2 };
  const corpora: CorpusName[] = ['jnlpba', 'craft', 'seth', 'tmvar'];
  const { replay, shares } = await writeReplay(
    run.files.replay,
    corpora.map((corpus) => ({ corpus, ...(corpus === 'craft' ? { train: 1, dev: 1, test: 1 } : few) })),
    { seed: 1 },
  );
  const request = { source: 'replay', replay: run.files.replay, unannotated: true, limit: 100 } as const;
  const report = await collectArticles({ ...request, out: run.files.collection, types: ENTITY_CLASSES });
  assert.equal(report.stored, 3 * 7 + 3);
  assert.deepEqual(report.missing, {});
  // Its official test part has 404 abstracts, two of them twice.
  const jnlpba = shares.filter(({ corpus }) => corpus === 'jnlpba');
  assert.deepEqual(
    jnlpba.map(({ part, taken }) => [part, taken]),
    Object.entries(few),
  );
  assert.equal(jnlpba[2].available, 402);
  assert.equal(
    shares.reduce((sum, { taken }) => sum + taken, 0),
    report.stored,
  );

  const options = { ...knownOfArticles(run), negatives: 1000, removeLeaks: false };
  const { annotations, split } = await preprocessCollection(
    run.files.collection,
    run.files.sentences,
    options,
  );
  assert.ok(annotations.placed >= 0.98 * annotations.collected, JSON.stringify(annotations.reasons));
  assert.deepEqual(
    split,
    Object.fromEntries(Object.entries(replay.articles).map(([pmcid, { part }]) => [pmcid, part])),
  );

  // Of an abstract, the sentences of the corpus itself, with their spans and the classes looked for.
  const { train, dev, test: tests } = readRunSentences(run);
  assert.deepEqual(Object.keys(tests).sort(), [...corpora].sort());
  const own = [...train, ...dev, ...Object.values(tests).flat()];
  for (const corpus of ['jnlpba', 'seth', 'tmvar'] as const) {
    const { sentences } = await loadCorpus(corpus, 'all', LITERATURE_VIEW);
    for (const [pmcid, replayed] of Object.entries(replay.articles)) {
      if (replayed.corpus !== corpus) continue;
      const content = (article: string) =>
        [...own, ...sentences]
          .filter((sentence) => sentence.article === article)
          .map(({ text, spans, annotated }) => ({
            text: text.replace(/\s+/g, ' '), // XML does not tell two blanks from one
            mentions: spans.map(({ start, end, label }) => [text.slice(start, end), label]),
            annotated,
          }));
      assert.deepEqual(content(pmcid), content(replayed.article), pmcid);
    }
  }
});

test('a check finds in an outdated copy what was taken out and what was changed, and nothing else', async (t) => {
  const run = runIn(t, { FALCONFRAMES_DATA: 'sample' });
  const { request } = await openArticleSource(run);
  assert.deepEqual(request, { source: 'sample' });
  const { collection } = run.files;
  await collectArticles({ ...request, out: collection, types: ENTITY_CLASSES });
  const before = [...readCollection(collection)];
  const copy = join(run.folder, 'copy');
  const { lacks, changed } = copyOutdated(collection, copy, 1);
  const { articles } = await checkCollection({ out: copy });
  const found = Object.values(articles).filter(
    ({ added, changed, removed }) => added.length + changed.length + removed.length > 0,
  );
  assert.deepEqual(found, [
    { added: [lacks], changed: [{ stored: changed.stored, service: changed.now }], removed: [] },
  ]);
  assert.deepEqual([...readCollection(collection)], before);
});

test('a run that asks for gold corpora its profile lacks is refused; one that may have any takes the sample', async (t) => {
  const smoke = { FALCONFRAMES_PROFILE: 'smoke' };
  await assert.rejects(openArticleSource(runIn(t, { ...smoke, FALCONFRAMES_DATA: 'gold' })), {
    name: 'InputError',
    message: /"smoke" has no gold corpora/,
  });
  assert.deepEqual(await openArticleSource(runIn(t, smoke)), {
    description: 'the sample',
    request: { source: 'sample' },
    shares: [],
  });
  const { request } = await openArticleSource(runIn(t, { FALCONFRAMES_DATA: 'europepmc' }));
  assert.match(request.query ?? '', /ANNOTATION_TYPE:"Cell Line" AND/);
});

test('every replayed article can be collected: a second copy of one is not replayed', { skip }, async (t) => {
  const run = runIn(t, {});
  const all = { train: 3000, dev: 3000, test: 3000 };
  const { shares } = await writeReplay(run.files.replay, [{ corpus: 'jnlpba', ...all }], { seed: 1 });
  const request = { source: 'replay', replay: run.files.replay, unannotated: true, limit: 3000 } as const;
  const { stored } = await collectArticles({ ...request, out: run.files.collection, types: ENTITY_CLASSES });
  assert.equal(shares[2].taken, 402);
  for (const { taken, available } of shares) assert.equal(taken, available);
  assert.equal(
    shares.reduce((sum, { taken }) => sum + taken, 0),
    stored,
  );
});

test('JATS made of an abstract escapes markup', { skip }, async (t) => {
  const run = runIn(t, {});
  const share = { train: 0, dev: 0, test: 60 };
  const {
    replay: { articles },
  } = await writeReplay(run.files.replay, [{ corpus: 'tmvar', ...share }], { seed: 1 });
  const xml = Object.keys(articles).map((pmcid) =>
    readFileSync(join(run.files.replay, 'articles', `${pmcid}.xml`), 'utf8'),
  );
  assert.ok(xml.some((text) => /&lt;|&gt;/.test(text)));
  assert.ok(
    xml.every(
      (text) =>
        !/<(?!\/?(?:article|front|article-meta|article-id|title-group|article-title|abstract|p)[ >]|\?xml)/.test(
          text,
        ),
    ),
  );
});
