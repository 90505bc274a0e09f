import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { mirrorFolder, type Sentence } from '../foundation';
import { corpusNamed, loadCorpus, type Split } from './load';
import { availableCorpora, locateCorpus } from './locate';
import { lettersOf } from './parts';
import { CORPORA, CORPUS_NAMES, type CorpusName } from './registry';
import { readSources } from './sources';
import { checksumOf, filesOf, hashFiles } from './verify';

const mirror = mirrorFolder();
const skip = mirror ? false : 'needs FALCONFRAMES_MIRROR';
const environment = { ...process.env };
const root = mkdtempSync(join(tmpdir(), 'falconframes-corpora-'));
process.env.FALCONFRAMES_CACHE = join(root, 'cache');
after(() => {
  process.env = environment;
  rmSync(root, { recursive: true, force: true });
});

/** Numbers of documents and sentences, then of spans by label, in the order of `annotated`. */
const PINNED: Record<CorpusName, Record<Split, number[]>> = {
  jnlpba: {
    train: [1785, 16608, 6079, 3457, 26928, 8522, 852],
    dev: [205, 1910, 590, 358, 3220, 962, 90],
    test: [404, 3943, 1921, 500, 5067, 1056, 118],
    all: [2394, 22461, 8590, 4315, 35215, 10540, 1060],
  },
  craft: {
    train: [48, 15575, 2650, 8823],
    dev: [7, 2779, 552, 1479],
    test: [12, 3437, 669, 1841],
    all: [67, 21791, 3871, 12143],
  },
  seth: {
    train: [423, 3213, 587, 0, 1586],
    dev: [57, 494, 103, 0, 211],
    test: [150, 1184, 205, 9, 516],
    all: [630, 4891, 895, 9, 2313],
  },
  tmvar: {
    train: [235, 2529, 275, 316, 60],
    dev: [30, 343, 59, 24, 10],
    test: [69, 755, 97, 100, 26],
    all: [334, 3627, 431, 440, 96],
  },
  anatem: {
    train: [477, 4623, 1965, 327, 366, 733, 132, 51, 37, 267, 84, 297, 1191, 155],
    dev: [201, 2102, 656, 144, 129, 270, 60, 7, 20, 104, 49, 137, 501, 62],
    test: [125, 1203, 471, 86, 92, 141, 33, 15, 8, 71, 32, 110, 256, 26],
    all: [803, 7928, 3092, 557, 587, 1144, 225, 73, 65, 442, 165, 544, 1948, 243],
  },
  biored: {
    train: [246, 2677, 3056, 2178, 2582, 890, 207, 80],
    dev: [38, 413, 375, 386, 336, 155, 60, 9],
    test: [54, 555, 664, 428, 555, 199, 32, 22],
    all: [338, 3645, 4095, 2992, 3473, 1244, 299, 111],
  },
  capital: {
    train: [7, 4330, 51, 2308, 543, 2144],
    dev: [1, 1300, 0, 1112, 332, 0],
    test: [2, 1504, 22, 966, 77, 609],
    all: [10, 7134, 73, 4386, 952, 2753],
  },
};

/** Adjustments for the whole corpus. Spans and what was left out add up to all annotations. */
const ADJUSTED: Record<CorpusName, Record<string, number>> = {
  jnlpba: { joinedSentences: 16, identicalDocuments: 10 },
  craft: { discontinuous: 479, duplicate: 7, nested: 278, crossing: 13, joinedSentences: 2 },
  seth: { nested: 2 },
  tmvar: { joinedSentences: 2 },
  anatem: { identicalDocuments: 5 },
  biored: { joinedSentences: 4 },
  capital: { nested: 21 },
};

const loaded = new Map<string, ReturnType<typeof loadCorpus>>();

/** `loadCorpus`, cached per part in this file. */
function load(name: CorpusName, split: Split): ReturnType<typeof loadCorpus> {
  const key = `${name} ${split}`;
  if (!loaded.has(key)) loaded.set(key, loadCorpus(name, split));
  return loaded.get(key) as ReturnType<typeof loadCorpus>;
}

describe('loadCorpus on the mirror', { skip }, () => {
  for (const name of CORPUS_NAMES) {
    it(`${name}: the pinned numbers; parts add up to the whole and contain whole articles`, async () => {
      const partOf = new Map<string, string>();
      let together: Sentence[] = [];
      for (const split of ['train', 'dev', 'test'] as const) {
        const { sentences, report } = await load(name, split);
        const counts = [
          report.documents,
          report.sentences,
          ...CORPORA[name].annotated.map((label) => report.spans[label]),
        ];
        assert.deepEqual(counts, PINNED[name][split], split);
        assert.equal(sentences.length, report.sentences);
        for (const { article } of sentences) {
          assert.equal(partOf.get(article) ?? split, split, `${article} stands in two parts`);
          partOf.set(article, split);
        }
        together = together.concat(sentences);
      }
      const { sentences, report } = await load(name, 'all');
      assert.equal(JSON.stringify(sentences), JSON.stringify(together));
      const counts = [
        report.documents,
        report.sentences,
        ...CORPORA[name].annotated.map((label) => report.spans[label]),
      ];
      assert.deepEqual(counts, PINNED[name].all);
      const adjusted = Object.entries(report.adjustments).filter(([, count]) => count > 0);
      assert.deepEqual(Object.fromEntries(adjusted), ADJUSTED[name]);
      assert.equal(report.place.kind, 'mirror');
      for (const { annotated, spans, text } of sentences) {
        assert.equal(annotated.join(), CORPORA[name].annotated.join());
        assert.ok(text === text.trim() && text !== '');
        assert.ok(
          spans.every(({ start, end }, index) => start >= (spans[index - 1]?.start ?? 0) && start < end),
        );
      }
    });
  }

  it('no training text is in a held-out part of another corpus', async () => {
    const heldOut = new Map<string, string>();
    for (const name of CORPUS_NAMES) {
      for (const split of ['dev', 'test'] as const) {
        for (const text of (await articles(name, split)).values()) heldOut.set(text, `${name} ${split}`);
      }
    }
    for (const name of CORPUS_NAMES) {
      for (const [article, text] of await articles(name, 'train')) {
        assert.equal(heldOut.get(text), undefined, `${name} train has ${article}`);
      }
    }
  });

  it('corpora that name PubMed articles share none', async () => {
    const seen = new Map<string, string>();
    for (const name of ['craft', 'seth', 'tmvar', 'anatem', 'biored', 'capital'] as const) {
      for (const article of (await articles(name, 'all')).keys()) {
        assert.equal(seen.get(article), undefined, `${article} is in ${name} too`);
        seen.set(article, name);
      }
    }
  });

  it('every source of data/sources.json has the files and checksum listed there', () => {
    for (const [name, source] of Object.entries(readSources())) {
      const folder = join(mirror as string, source.folder);
      const files = filesOf(source, folder);
      const hashes = hashFiles(folder, files);
      assert.deepEqual([hashes.length, checksumOf(hashes)], [source.files, source.sha256], name);
      const unlisted = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .filter((path) => !files.includes(path));
      // A mirror may explain itself.
      assert.deepEqual(
        unlisted.filter((path) => !/^(NOTES|README)/.test(path)),
        [],
        name,
      );
    }
  });

  it('reports damaged and missing files, with the line if malformed', async () => {
    const copy = join(root, 'mirror');
    mkdirSync(copy);
    cpSync(join(mirror as string, 'seth'), join(copy, 'seth'), { recursive: true });
    cpSync(join(mirror as string, 'SHA256SUMS'), join(copy, 'SHA256SUMS'));
    process.env.FALCONFRAMES_MIRROR = copy;
    const damaged = join(copy, 'seth', 'annotations', '10053017.ann');
    await locateCorpus('seth');

    writeFileSync(damaged, '');
    await assert.rejects(
      loadCorpus('seth', 'dev'),
      /seth: annotations\/10053017\.ann differs from the published checksum/,
    );
    await assert.rejects(locateCorpus('seth'), /annotations\/10053017\.ann differs/);
    writeFileSync(damaged, 'T1\tSNP 0 1\n');
    await assert.rejects(loadCorpus('seth', 'dev'), /10053017\.ann line 1: not a line of brat/);
    rmSync(damaged);
    await assert.rejects(
      loadCorpus('seth', 'dev'),
      /10053017\.ann: cannot be read, there is no such file; restore the file/,
    );
    await assert.rejects(locateCorpus('seth'), /annotations\/10053017\.ann is missing/);
    process.env.FALCONFRAMES_MIRROR = mirror;
  });
});

describe('loadCorpus', () => {
  const mirrorBefore = process.env.FALCONFRAMES_MIRROR;
  afterEach(() => {
    if (mirrorBefore) process.env.FALCONFRAMES_MIRROR = mirrorBefore;
    else delete process.env.FALCONFRAMES_MIRROR;
    delete process.env.FALCONFRAMES_SOURCES_URL;
  });

  it('lists the known corpora and parts in errors', async () => {
    assert.throws(() => corpusNamed('genia'), /"genia".*jnlpba, craft, seth, tmvar, anatem, biored, capital/);
    await assert.rejects(loadCorpus('constructor' as CorpusName, 'all'), { name: 'InputError' });
    await assert.rejects(
      loadCorpus('seth', 'devel' as 'dev'),
      /no part "devel"; take train, dev, test or all/,
    );
  });

  it('offline and without a mirror, says what is missing and how to get it', async () => {
    delete process.env.FALCONFRAMES_MIRROR;
    process.env.FALCONFRAMES_SOURCES_URL = 'http://127.0.0.1:9';
    assert.ok(availableCorpora().every(({ where }) => where === 'absent'));
    await assert.rejects(loadCorpus('tmvar', 'train'), {
      name: 'InputError',
      message:
        /^tmvar: cannot be downloaded from http:\/\/127\.0\.0\.1:9\/Rostlab\/nala\/archive\/96a9efad\.tar\.gz .*FALCONFRAMES_MIRROR/,
    });
    assert.ok(!existsSync(join(root, 'cache', 'sources', 'tmvar')));
  });
});

/** The text of each article, normalized by `lettersOf`. */
async function articles(
  name: CorpusName,
  split: 'train' | 'dev' | 'test' | 'all',
): Promise<Map<string, string>> {
  const texts = new Map<string, string[]>();
  for (const { article, text } of (await load(name, split)).sentences) {
    if (!texts.has(article)) texts.set(article, []);
    texts.get(article)?.push(text);
  }
  return new Map([...texts].map(([article, pieces]) => [article, lettersOf(pieces.join(' '))]));
}
