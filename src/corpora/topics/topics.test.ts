import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { mirrorFolder, projectRoot } from '../../foundation';
import { whereToGet } from '../where-to-get';
import { DOMAINS } from './domains';
import { loadTopics, readMerged, readTopicSample } from './load';

const mirror = mirrorFolder();
const environment = { ...process.env };
const root = mkdtempSync(join(tmpdir(), 'falconframes-topics-'));
process.env.FALCONFRAMES_CACHE = join(root, 'cache');
afterEach(() => {
  if (mirror) process.env.FALCONFRAMES_MIRROR = mirror;
});
after(() => {
  process.env = environment;
  rmSync(root, { recursive: true });
});

let folders = 0;
/** Writes the two files of a set into a folder of its own, or into the given one. */
function setOf(texts: readonly string[], labels: readonly (number | string)[], name = `set ${folders++}`) {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'X.txt'), `${texts.join('\n')}\n`);
  writeFileSync(join(folder, 'YL1.txt'), `${labels.join('\r\n')}\r\n`);
  return folder;
}
const refuses = (folder: string, message: RegExp) =>
  assert.throws(() => loadTopics({ folder }), { name: 'InputError', message });

describe('loadTopics of a folder', () => {
  it('strips lines, names the domains, and skips empty abstracts', () => {
    const folder = setOf(['  On graphs. ', '', 'On\tbeams.', 'On enzymes.'], [0, 1, 3, 6]);
    assert.deepEqual(loadTopics({ folder, data: 'gold' }), {
      texts: [
        { text: 'On graphs.', labels: ['Computer Science'], several: false },
        { text: 'On\tbeams.', labels: ['Mechanical Engineering'], several: false },
        { text: 'On enzymes.', labels: ['Biochemistry'], several: false },
      ],
      kind: 'folder',
      title: '3 abstracts of no published set',
      path: folder,
      counts: { 'Computer Science': 1, 'Mechanical Engineering': 1, Biochemistry: 1 },
      skipped: [`${join(folder, 'X.txt')} line 2: the abstract is empty`],
    });
  });

  it('recognizes a published set by its number of abstracts, and checks the class sizes of WOS-46985', () => {
    const sizes = [6514, 5483, 7142, 3297, 4237, 14_625, 5687];
    const labels = sizes.flatMap((size, domain) => Array<number>(size).fill(domain));
    const texts = labels.map((_, index) => `text ${index}`);
    const { title, counts } = loadTopics({ folder: setOf(texts, labels) });
    assert.equal(title, 'WOS-46985');
    assert.deepEqual(counts, Object.fromEntries(DOMAINS.map((domain, index) => [domain, sizes[index]])));
    refuses(
      setOf(texts, [...labels.slice(0, -1), 0]),
      /YL1\.txt: has 6515 abstracts of Computer Science, WOS-46985 has 6514/,
    );
    const small = loadTopics({ folder: setOf(texts.slice(0, 11_967), labels.slice(0, 11_967)) });
    assert.deepEqual(
      [small.title, small.counts],
      ['WOS-11967', { 'Computer Science': 6514, 'Electrical Engineering': 5453 }],
    );
    const own = loadTopics({ folder: setOf(texts.slice(0, 5736), labels.slice(0, 5736)) });
    assert.deepEqual(
      [own.title, own.counts],
      ['WOS-5736', { 'Domain 0 of WOS-5736': 5736 }],
      'its numbers are not those of the seven domains',
    );
  });

  it('finds the largest set in the unpacked archive, or the only one in a folder', () => {
    setOf(['small'], [2], 'archive/WebOfScience/WOS5736');
    const largest = setOf(['large'], [2], 'archive/WebOfScience/WOS46985');
    for (const folder of ['archive', 'archive/WebOfScience']) {
      const { path, texts } = loadTopics({ folder: join(root, folder) });
      assert.deepEqual([path, texts[0].text], [largest, 'large']);
    }
    const only = setOf(['only'], [2], 'other/mine');
    assert.equal(loadTopics({ folder: join(root, 'other') }).path, only);
  });

  it('refuses files that do not belong together, in one sentence', () => {
    refuses(
      setOf(['a', 'b', 'c'], [0, 1]),
      /X\.txt and .+YL1\.txt have different numbers of lines, 3 and 2; give both files of the same set/,
    );
    refuses(setOf(['a'], [0, 1]), /different numbers of lines, 1 and 2/);
    refuses(
      setOf(['a', 'b'], [0, 17]),
      /YL1\.txt line 2: "17" is not the number of a domain, 0 to 6; give YL1\.txt/,
    );
    refuses(setOf(['a', 'b'], ['CS', 1]), /YL1\.txt line 1: "CS" is not the number/);
    refuses(setOf(['a', 'b'], ['', 1]), /YL1\.txt line 1: "" is not the number/);
    refuses(setOf(['', ''], [1, 1]), /all 2 abstracts are empty/);
    refuses(setOf([], []), /X\.txt: is empty/);
    mkdirSync(join(root, 'bare'));
    refuses(join(root, 'bare'), /bare: has no X\.txt and no YL1\.txt; give the folder of one set/);
    writeFileSync(join(root, 'bare', 'X.txt'), 'a\n');
    refuses(join(root, 'bare'), /bare: has no YL1\.txt;/);
    refuses(join(root, 'absent'), /absent: cannot be read, there is no such file/);
  });
});

describe('loadTopics without a folder', () => {
  it('reads the abstracts of the mirror', { skip: mirror ? false : 'needs FALCONFRAMES_MIRROR' }, () => {
    const { texts, kind, counts, skipped } = loadTopics({ data: 'gold' });
    assert.deepEqual([texts.length, kind, skipped], [3910, 'mirror', []]);
    assert.deepEqual(counts, {
      'Computer Science': 550,
      'Electrical Engineering': 465,
      Psychology: 600,
      'Mechanical Engineering': 295,
      'Civil Engineering': 355,
      'Medical Science': 1167,
      Biochemistry: 478,
    });
    assert.match(texts[0].text, /^Background: The short form of the International Physical Activity/);
    assert.deepEqual(texts[0].labels, ['Medical Science']);
  });

  it('without data, says in one sentence what to download, from where and how large it is', () => {
    process.env.FALCONFRAMES_MIRROR = join(root, 'absent');
    assert.throws(
      () => loadTopics({ data: 'gold' }),
      (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.ok(error.message.endsWith(`: not found; ${whereToGet('wos')}`), error.message);
        return true;
      },
    );
    assert.equal(
      whereToGet('wos'),
      'download the Web of Science set (Kowsari et al. 2017) from https://doi.org/10.17632/9rw3vkcfy4.6 (about 65 MB zipped) and give the unpacked folder with X.txt and YL1.txt as `folder`, or as --corpus of `falconframes reproduce`, or set FALCONFRAMES_MIRROR to a folder that has "wos" in it',
    );
  });

  const sample = join(projectRoot, 'data', 'sample', 'topics.jsonl');
  it('takes the sample', { skip: existsSync(sample) ? false : 'needs data/sample/topics.jsonl' }, () => {
    process.env.FALCONFRAMES_MIRROR = join(root, 'absent');
    const { kind, title, counts, path } = loadTopics();
    assert.deepEqual([kind, title, path], ['sample', 'sample', sample]);
    assert.deepEqual(Object.keys(counts), DOMAINS);
    assert.ok(Object.values(counts).every((count) => count >= 20));
  });
});

describe('lines of the sample and of the mirror', () => {
  const path = join(root, 'lines.jsonl');
  const lines = (...given: object[]) =>
    writeFileSync(path, given.map((line) => `${JSON.stringify(line)}\n`).join(''));

  it('a sample has the seven domains as labels', () => {
    lines({ text: 'On beams.', label: 'Civil Engineering' });
    assert.deepEqual(readTopicSample(path), [
      { text: 'On beams.', labels: ['Civil Engineering'], several: false },
    ]);
    lines({ text: 'On beams.', label: 'Civil' });
    assert.throws(() => readTopicSample(path), {
      name: 'InputError',
      message: /has the label "Civil"; the domains/,
    });
  });

  it('the short names of the mirror become the domains', () => {
    lines({ text: 'On beams.', domain: 'MAE', area: 'x' }, { text: 'On y.', domain: 'ECE' });
    assert.deepEqual(
      readMerged(path).map(({ labels }) => labels[0]),
      ['Mechanical Engineering', 'Electrical Engineering'],
    );
    lines({ text: 'a', domain: 'CS' }, { text: 'On beams.', domain: 'toString' });
    assert.throws(() => readMerged(path), {
      name: 'InputError',
      message: /lines\.jsonl line 2: "domain" is not one of CS/,
    });
    lines({ domain: 'CS' });
    assert.throws(() => readMerged(path), { name: 'InputError', message: /line 1: "text" is missing/ });
    writeFileSync(path, 'text\n');
    assert.throws(() => readMerged(path), { name: 'InputError', message: /line 1: not a line of JSON/ });
  });
});
