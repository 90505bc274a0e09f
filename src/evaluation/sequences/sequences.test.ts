import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { InputError, mirrorFolder, projectRoot } from '../../foundation';
import { classificationReport, type SequenceOptions, type SequenceScore } from './classification-report';
import type { TagScheme } from './schemes';
import { checkSameShape, placeOfTag, readTagFile, type TagFile } from './tag-files';

/** Name, precision, recall, F1, support; null for NaN. No rows where seqeval refuses. */
type Rows = [string, number | null, number | null, number | null, number][] | null;

interface Reports {
  suffix: boolean;
  default: Rows;
  strict: Rows;
  detected: Rows;
}

interface Fixture {
  files: Record<string, Reports>;
  cases: (Reports & { gold: string[]; predicted: string[]; scheme: TagScheme })[];
}

const fixture: Fixture = JSON.parse(
  gunzipSync(readFileSync(join(projectRoot, 'src', 'evaluation', 'fixtures', 'seqeval.json.gz'))).toString(),
);

const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function rowsOf(report: Record<string, SequenceScore>): Rows {
  const number = (value: number) => (Number.isNaN(value) ? null : value);
  return Object.entries(report).map(([name, { precision, recall, 'f1-score': f1, support }]) => [
    name,
    number(precision),
    number(recall),
    number(f1),
    support,
  ]);
}

/** Equal to the last digit, in the same order; or a refusal where seqeval refuses. */
function compare(gold: string[][], predicted: string[][], options: SequenceOptions, expected: Rows): void {
  if (expected === null) assert.throws(() => classificationReport(gold, predicted, options), InputError);
  else assert.deepEqual(rowsOf(classificationReport(gold, predicted, options)), expected);
}

test('2,000 generated sequences get the scores that seqeval gives, digit by digit', () => {
  assert.equal(fixture.cases.length, 2000);
  const tagsOf = (sentences: string[]) => sentences.map((line) => line.split(' ').filter(Boolean));
  fixture.cases.forEach(({ suffix, scheme, ...expected }, index) => {
    const gold = tagsOf(expected.gold);
    const predicted = tagsOf(expected.predicted);
    try {
      compare(gold, predicted, { suffix }, expected.default);
      compare(gold, predicted, { suffix, mode: 'strict', scheme }, expected.strict);
      compare(gold, predicted, { suffix, mode: 'strict' }, expected.detected);
    } catch (error) {
      throw new Error(`case ${index}, ${scheme}`, { cause: error });
    }
  });
});

const mirror = mirrorFolder();

test("seqeval's own two files get its scores", { skip: mirror ? false : 'needs FALCONFRAMES_MIRROR' }, () => {
  const files = Object.entries(fixture.files);
  assert.equal(files.length, 2);
  for (const [name, { suffix, ...expected }] of files) {
    const rows = readFileSync(join(mirror!, 'seqeval', name), 'utf8').split('\n');
    const column = (place: number) => rows.map((row) => row.split(' ').at(place) ?? '').join('\n');
    const [gold, predicted] = [-2, -1].map((place) => {
      const path = join(folder, `${name}${place}`);
      writeFileSync(path, column(place));
      return readTagFile(path);
    });
    checkSameShape(gold, predicted);
    compare(gold.sentences, predicted.sentences, { suffix }, expected.default);
    compare(gold.sentences, predicted.sentences, { suffix, mode: 'strict', scheme: 'IOB2' }, expected.strict);
    compare(gold.sentences, predicted.sentences, { suffix, mode: 'strict' }, expected.detected);
  }
});

test('labels with names of object properties are labels like others', () => {
  const report = classificationReport([['B-__proto__', 'B-constructor']], [['B-__proto__', 'O']]);
  assert.deepEqual(Object.keys(report).slice(0, 2), ['__proto__', 'constructor']);
  assert.equal(report['micro avg'].recall, 0.5);
});

function file(name: string, content: string): TagFile {
  const path = join(folder, name);
  writeFileSync(path, content);
  return readTagFile(path);
}

test('tags come from JSON lines and from columns alike', () => {
  const json = file('tags.jsonl', '["B-A", "I-A"]\n\n[]\r\n["O"]');
  assert.deepEqual(
    [json.sentences, json.lines],
    [
      [['B-A', 'I-A'], [], ['O']],
      [1, 3, 4],
    ],
  );
  const columns = file(
    'a.conll',
    '\ufeff-DOCSTART- -X- O O\n\n\n[ NN B-A\r\n( NN I-A\n\n-DOCSTART- O\n) , O',
  );
  assert.deepEqual(
    [columns.sentences, columns.lines],
    [
      [['B-A', 'I-A'], ['O']],
      [4, 8],
    ],
  );
  assert.deepEqual(file('b.tsv', 'B cell\tB-A\n\tO').sentences, [['B-A', 'O']]);
  assert.equal(placeOfTag(columns, 0, 1), `${columns.path} line 5`);
  assert.equal(placeOfTag(json, 2, 0), `${json.path} line 4, tag 1`);
});

test('errors name file, line and mend', () => {
  const fails = (content: string, pattern: RegExp, name = 'tags.jsonl') =>
    assert.throws(() => file(name, content), { name: 'InputError', message: pattern });
  fails('["O"]\n["O"', /tags\.jsonl line 2: not a line of JSON .*write one array/);
  fails('["O"]\n{"tags":["O"]}', /line 2: found something else/);
  fails('["O", 3]', /line 1: entry 2 is 3; a tag is a string/);
  fails('["O", ""]', /line 1: entry 2 is ""/);
  fails('\n\n', /holds no tags/);
  fails('a NN O\nb O', /tags\.txt line 2: 2 columns, where the lines before have 3/, 'tags.txt');
  const gold = file('gold.jsonl', '["O"]\n["O", "B-A"]\n["O"]');
  const differs = (content: string, pattern: RegExp) =>
    assert.throws(() => checkSameShape(gold, file('pred.txt', content)), {
      name: 'InputError',
      message: pattern,
    });
  differs('O\n\nO', /pred\.txt line 3: sentence 2 has 1 tags, and 2 in .*gold\.jsonl line 2/);
  differs('O\n\nO\nO', /pred\.txt ends after 2 sentences, while .*gold\.jsonl has 3 \(the next on line 3\)/);
  const place = (_: string, sentence: number, token: number) => placeOfTag(gold, sentence, token);
  assert.throws(
    () => classificationReport(gold.sentences, gold.sentences, { mode: 'strict', scheme: 'IOE1', place }),
    {
      message:
        /gold\.jsonl line 2, tag 2: the tag "B-A" is not of the scheme, which has the prefixes O, I, E/,
    },
  );
  assert.throws(
    () => classificationReport([['O']], [['O']], { mode: 'strict' }),
    /cannot be told from the prefixes O/,
  );
  assert.throws(() => classificationReport([['']], [['O']]), /an empty tag/);
  assert.throws(() => classificationReport([['O']], []), /0 predicted sentences for 1 gold/);
  assert.throws(() => classificationReport([['O']], [['O', 'O']]), /sentence 1 has 2 predicted tags for 1/);
});
