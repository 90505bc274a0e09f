import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { InputError, mirrorFolder, projectRoot } from '../../foundation';
import { classificationReport, type SequenceOptions, type SequenceScore } from './classification-report';
import type { TagScheme } from './schemes';
import { checkSameShape, placeOfTag, readTagFile, type TagFile } from './tag-files';

/** Name, precision, recall, F1, support; null for NaN. No rows if seqeval raises an error. */
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

/** Asserts bit-identical rows in the same order, or an error if seqeval raises one. */
function compare(gold: string[][], predicted: string[][], options: SequenceOptions, expected: Rows): void {
  if (expected === null) assert.throws(() => classificationReport(gold, predicted, options), InputError);
  else assert.deepEqual(rowsOf(classificationReport(gold, predicted, options)), expected);
}

test('2,000 generated sequences get scores bit-identical to those of seqeval', () => {
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

test('labels named like object properties are ordinary labels', () => {
  const report = classificationReport([['B-__proto__', 'B-constructor']], [['B-__proto__', 'O']]);
  assert.deepEqual(Object.keys(report).slice(0, 2), ['__proto__', 'constructor']);
  assert.equal(report['micro avg'].recall, 0.5);
});

function file(name: string, content: string | Uint8Array): TagFile {
  const path = join(folder, name);
  writeFileSync(path, content);
  return readTagFile(path);
}

test('tags are read from JSONL and from columns', () => {
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

test('comments are skipped, and # tokens are kept', () => {
  const sentencesOf = (content: string | Uint8Array) => {
    const { sentences, lines } = file('comments.conll', content);
    return { sentences, lines };
  };
  // MultiCoNER: comments with as many columns as the tokens.
  assert.deepEqual(
    sentencesOf(
      '# id 11aa22 domain=en\nthe _ _ O\nHeLa _ _ B-CL\n\n\n# id 33bb44 domain=en\n# _ _ O\nT _ _ B-CELL\n',
    ),
    {
      sentences: [
        ['O', 'B-CL'],
        ['O', 'B-CELL'],
      ],
      lines: [2, 7],
    },
  );
  // CoNLL-U and GermEval, tab-separated.
  assert.deepEqual(
    sentencesOf(
      '# sent_id = 1\n# text = # HeLa\n1\t#\tO\n2\tHeLa\tB-CL\n\n#\thttp://a\t[2010]\t\n1\ta b\tO\n',
    ),
    { sentences: [['O', 'B-CL'], ['O']], lines: [3, 7] },
  );
  // WNUT and BTC: hash signs and hashtags are tokens, also as the first token, and also if no other line shows the columns.
  assert.deepEqual(sentencesOf('#\tO\n#fail\tB-X\n\t\n#\tO\nx\tO\n'), {
    sentences: [
      ['O', 'B-X'],
      ['O', 'O'],
    ],
    lines: [1, 4],
  });
  assert.deepEqual(sentencesOf('# a comment\n\n#fail O\n').sentences, [['O']]);
  assert.deepEqual(sentencesOf('# id 1\n-DOCSTART- -X- O O\n# text = vitamin B-12\na b c O\n').lines, [4]);
  // White space as tokens, classes with spaces, BMES, IOBES, suffixes.
  assert.deepEqual(sentencesOf('\u00a0 O\n\u0085 B-A\n').sentences, [['O', 'B-A']]);
  assert.deepEqual(sentencesOf('\u00a0\tM-A\na b\tB-Cell Line\nc\tCell-S\nd\tI\n').sentences, [
    ['M-A', 'B-Cell Line', 'Cell-S', 'I'],
  ]);
});

test('invalid tags are refused, and files are decoded by content', () => {
  const fails = (content: string, pattern: RegExp, name = 'tags.conll') =>
    assert.throws(() => file(name, content), { name: 'InputError', message: pattern });
  fails('HeLa omain=en\n', /tags\.conll line 1: the last column has "omain=en"; a tag is O, or a prefix/);
  fails('HeLa B-A\n# a comment\n', /line 2: 3 columns, but the lines before have 2/);
  fails('HeLa B-A\n# b\n', /line 2: the last column has "b"; a tag is/);
  fails('HeLa b-A\n', /line 1: the last column has "b-A"/);
  fails('# only\n# comments\n', /contains no tags/);
  fails(`a${' b'.repeat(1e6)} O\n`, /line 1: more than 100 columns/);
  fails(`O\n${'x'.repeat(1e6)}\n`, /line 2: the last column has "x{60}…"/);
  fails('["O", "omain=en"]', /line 1: entry 2 is "omain=en"; a tag is/, 'tags.jsonl');
  fails(`["O", ${'['.repeat(1e5)}${']'.repeat(1e5)}]`, /entry 2 is a list/, 'tags.jsonl');
  const text = '\ufeff-DOCSTART-\tO\r\n\r\nHeLa\tB-CL\r\ncells\tI-CL\r\n';
  for (const content of [text, Buffer.from(text, 'utf16le'), gzipSync(text), text.replaceAll('\n', '')]) {
    assert.deepEqual(file('a.conll', content).sentences, [['B-CL', 'I-CL']]);
  }
  assert.deepEqual(file('a.jsonl.gz', gzipSync('["O"]\n["B-A"]')).sentences, [['O'], ['B-A']]);
  const started = performance.now();
  assert.equal(file('wide.conll', `HeLa${' '.repeat(1e6)}O\n${' '.repeat(1e6)}\n`).sentences.length, 1);
  assert.ok(performance.now() - started < 10_000);
});

test('errors name the file, the line and the remedy', () => {
  const fails = (content: string, pattern: RegExp, name = 'tags.jsonl') =>
    assert.throws(() => file(name, content), { name: 'InputError', message: pattern });
  fails('["O"]\n["O"', /tags\.jsonl line 2: not a line of JSON .*write one array/);
  fails('["O"]\n{"tags":["O"]}', /line 2: found something else/);
  fails('["O", 3]', /line 1: entry 2 is 3; a tag is a string/);
  fails('["O", ""]', /line 1: entry 2 is ""/);
  fails('\n\n', /contains no tags/);
  fails('a NN O\nb O', /tags\.txt line 2: 2 columns, but the lines before have 3/, 'tags.txt');
  const gold = file('gold.jsonl', '["O"]\n["O", "B-A"]\n["O"]');
  const differs = (content: string, pattern: RegExp) =>
    assert.throws(() => checkSameShape(gold, file('pred.txt', content)), {
      name: 'InputError',
      message: pattern,
    });
  differs('O\n\nO', /pred\.txt line 3: sentence 2 has 1 tags, but 2 in .*gold\.jsonl line 2/);
  differs('O\n\nO\nO', /pred\.txt ends after 2 sentences, while .*gold\.jsonl has 3 \(the next on line 3\)/);
  const place = (_: string, sentence: number, token: number) => placeOfTag(gold, sentence, token);
  assert.throws(
    () => classificationReport(gold.sentences, gold.sentences, { mode: 'strict', scheme: 'IOE1', place }),
    {
      message:
        /gold\.jsonl line 2, tag 2: the tag "B-A" is not in the scheme, which has the prefixes O, I, E/,
    },
  );
  assert.throws(
    () => classificationReport([['O']], [['O']], { mode: 'strict' }),
    /cannot be detected from the prefixes O/,
  );
  assert.throws(() => classificationReport([['']], [['O']]), /an empty tag/);
  assert.throws(() => classificationReport([['O']], []), /0 predicted sentences for 1 gold/);
  assert.throws(() => classificationReport([['O']], [['O', 'O']]), /sentence 1 has 2 predicted tags for 1/);
});

test('arbitrary lines give tags or an InputError', () => {
  const piece = fc.constantFrom(
    '#',
    '# id 1',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\n\n',
    'HeLa',
    'O',
    'B-A',
    '-DOCSTART-',
    '[',
    '"O"',
    ']',
    '\ufeff',
    '\u00a0',
    '😀',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        const { sentences, lines } = file('any.txt', pieces.join(''));
        assert.equal(sentences.length, lines.length);
        for (const tag of sentences.flat()) assert.match(tag, /^(?:O|[A-Z]-.+)$/s);
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
