import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { mirrorFolder, parseSentence } from '../../foundation';
import { convert } from '.';

const folder = mkdtempSync(join(tmpdir(), 'convert-conll-'));
after(() => rmSync(folder, { recursive: true }));

function read(content: string, column?: number) {
  const path = join(folder, 'some.conll');
  writeFileSync(path, content);
  const { lines, report } = convert('conll', [path], { column });
  const sentences = lines.map((line) => parseSentence(line, 'a line'));
  const shown = sentences.map(({ text, spans }) => [
    text,
    ...spans.map(({ start, end, label }) => `${label}: ${text.slice(start, end)}`),
  ]);
  return { shown, sentences, report, scheme: report.schemes[path] };
}

/** A sentence of the words a, b, c … with these tags. */
const tagged = (tags: string) =>
  `${tags
    .split(' ')
    .map((tag, index) => `${String.fromCharCode(97 + index)} ${tag}\n`)
    .join('')}\n`;

test('every scheme is detected from the tags of the file and gives the same entities', () => {
  const expected = ['a b c d e', 'X: a b c', 'X: d', 'Y: e'];
  const schemes: [string, string][] = [
    ['IOB1', 'I-X I-X I-X B-X I-Y'],
    ['IOB2', 'B-X I-X I-X B-X B-Y'],
    ['IOBES', 'B-X I-X E-X S-X S-Y'],
    ['BILOU', 'B-X I-X L-X U-X U-Y'],
    ['BMES', 'B-X M-X E-X S-X S-Y'],
  ];
  for (const [name, tags] of schemes) {
    const { shown, scheme } = read(tagged(tags));
    assert.deepEqual([shown, scheme], [[expected], name]);
  }
  const io = read(tagged('I-X I-X O I-X I-Y'));
  assert.deepEqual([io.shown[0].slice(1), io.scheme], [['X: a b', 'X: d', 'Y: e'], 'IO']);
  const bare = read(tagged('X X O X Y-z'));
  assert.deepEqual(
    [bare.shown[0].slice(1), bare.scheme],
    [['X: a b', 'X: d', 'Y-z: e'], 'types without a prefix'],
  );
  assert.equal(read(tagged('B-X I-X O I-Y O')).scheme, 'IOB2, 1 of whose entities begin without B');
  assert.deepEqual(read(`${tagged('O O')}${tagged('B-a-b I-a-b')}`).shown[1], ['a b', 'a-b: a b']);
});

test('a round trip through IOB2 tags keeps the entities', () => {
  const tag = fc.constantFrom('O', 'B-X', 'I-X', 'B-Y', 'I-Y');
  fc.assert(
    fc.property(
      fc.array(fc.array(tag, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      (raw) => {
        const valid = raw.map((tags) =>
          tags.map((one, index) =>
            one[0] === 'I' && tags[index - 1]?.slice(1) !== one.slice(1) ? `B${one.slice(1)}` : one,
          ),
        );
        // An I- after a changed tag becomes B-, so that neighbours still agree.
        if (valid.flat().every((one) => one === 'O')) return;
        const { sentences } = read(valid.map((tags) => tagged(tags.join(' '))).join(''));
        const back = sentences.map(({ spans, words }) => {
          const tags = words!.map(() => 'O');
          for (const { start, end, label } of spans)
            words!.forEach((word, index) => {
              if (word.start >= start && word.end <= end)
                tags[index] = `${word.start === start ? 'B' : 'I'}-${label}`;
            });
          return tags;
        });
        assert.deepEqual(back, valid);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test('documents, comments, numbered words, languages, blank words, other columns', () => {
  const documents = read(
    '-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nacts VBZ B-VP O\n\n-DOCSTART- -X- O O\n\n# id = 1\nRome NNP B-NP B-LOC\n# # O O\n\nHe PRP B-NP O\n',
  );
  assert.deepEqual(documents.shown, [['EU acts', 'ORG: EU'], ['Rome #', 'LOC: Rome'], ['He']]);
  assert.deepEqual(
    documents.sentences.map(({ article, paragraph }) => [article, paragraph]),
    [
      ['some.conll document 1', 0],
      ['some.conll document 2', 0],
      ['some.conll document 2', 1],
    ],
  );
  const other =
    '# text\n1\tNew York\tB-LOC\tO\t\n2\tcity\tI-LOC\tB-X\n\n#\thttp://x\t[2010]\t\n1\tIn\tO\tO\n';
  assert.deepEqual(read(other, 3).shown, [['New York city', 'LOC: New York city'], ['In']]);
  assert.deepEqual(read(other).shown[0], ['New York city', 'X: city']);
  const { sentences } = read(other, 3);
  assert.deepEqual(sentences[0].words, [
    { start: 0, end: 8 },
    { start: 9, end: 13 },
  ]);
  assert.deepEqual(sentences[1].article, 'some.conll line 6');
  const language = read('en:Rome\tB-LOC\nen::\tO\nen:\tI-LOC\n\nen:\tO\n');
  assert.deepEqual(language.shown, [['Rome :', 'LOC: Rome']]);
  assert.deepEqual(language.report.lost, { emptyWords: 2, emptyEntities: 1 });
  assert.deepEqual(read('en:Rome B-LOC\nParis B-LOC\n').shown[0][0], 'en:Rome Paris');
});

test('content that is not CoNLL is reported with its line and how to fix it', () => {
  const fails = (content: string, message: RegExp, column?: number) =>
    assert.throws(() => read(content, column), { name: 'InputError', message });
  fails('', /contains no words with tags/);
  fails('just\nwords\n', /line 1: has 1 column, words have their tag in a second one/);
  fails('a B-X\n', /line 1: has 2 columns, and none of number 3/, 3);
  fails('a B-X\n', /column 1 contains the words/, 1);
  fails('a B-X\nb NN\n', /line 2: the tag "NN" has no prefix, unlike others in the file; .*--column/);
  fails('a B\nb I\n', /line 1: the tag "B" has no label/);
  fails('a O\n', /has no annotations/);
  fails('a B-\nb I-\n', /line 1: the tag "B-" has no label/);
  fails('a O\nb B-X\nc B-\n', /line 3: the tag "B-" has no label/);
  for (const tags of ['b-x i-x o', 'B_X I_X O', 'B/X I/X O', 'X-B X-I O', 'X_B X_I O'])
    fails(tagged(tags), /line 1: the tag ".*" has a prefix of another form; .* such as B-Name/);
  fails('a X\nb Y\n', /line 1: no tag of the file is O or has a prefix/);
  const damaged = ['1\tb\n3\tB-X', '2\tb', '1\tb\tB-X\textra'];
  for (const sentence of damaged) {
    const numbered = `1\tNew\tB-X\n2\tYork\tI-X\n\n${sentence}\n\n1\tAnna\tB-Y\n\n1\tRome\tB-X\n`;
    const { report, shown } = read(numbered);
    assert.deepEqual(shown, [
      ['New York', 'X: New York'],
      ['Anna', 'Y: Anna'],
      ['Rome', 'X: Rome'],
    ]);
    assert.match(report.skipped.join(), /^[^,]*line 4: has \d columns? where most words have 3/);
  }
  const prose = Array.from({ length: 150 }, (_, index) => `a word${index}`).join('\n');
  fails(prose, /line 1: the column of tags has 150 different values/);
  const { report, shown } = read('a B-X\n\nb\n\nc B-X\n');
  assert.deepEqual(shown, [
    ['a', 'X: a'],
    ['c', 'X: c'],
  ]);
  assert.match(report.skipped.join(), /line 3: has 1 column where most words have 2/);
});

test('one damaged sentence is skipped with its line, whatever is wrong with it, and the others are read', () => {
  const around = (sentence: string) => read(`1\tAnna\tB-X\n2\tis\tO\n\n${sentence}\n\n1\tRome\tB-Y\n`);
  const rest = [
    ['Anna is', 'X: Anna'],
    ['Rome', 'Y: Rome'],
  ];
  const damaged: [string, RegExp][] = [
    ['1\tParis\tB-Y\n3\tsleeps\tO', /line 5: is numbered "3" where 2 follows/],
    ['x\tParis\tB-Y', /line 4: is numbered "x" where 1 follows/],
    ['1\tParis\tY', /line 4: the tag "Y" has no prefix, unlike others in the file/],
    ['1\tParis\tB-', /line 4: the tag "B-" has no label/],
    [`1\tParis\tB-L\u0001`, /line 4: /],
    [`1\tParis\tB-${'L'.repeat(201)}`, /line 4: /],
    [`1\t${'w'.repeat(1 << 20)}\tO`, /line 4: "text" has 1048576 characters/],
  ];
  for (const [sentence, message] of damaged) {
    const { shown, report } = around(sentence);
    assert.deepEqual(shown, rest);
    assert.equal(report.skipped.length, 1);
    assert.match(report.skipped[0], message);
  }
  assert.deepEqual(around("1-2\tdon't\tO\n1\tdo\tO\n2\tn't\tO").shown[1], ["do n't"]);
});

test('most lines decide about columns and separators', () => {
  const many = 'Anna B-X\nis O\n\n'.repeat(3);
  const wide = read(`Rome NNP B-Y\n\n${many}`);
  assert.deepEqual([wide.shown.length, wide.report.skipped.length], [3, 1]);
  assert.match(wide.report.skipped[0], /line 1: has 3 columns where most words have 2/);
  const tabs = read(`Rome B-Y\n\n${many.replaceAll(' ', '\t')}`);
  assert.deepEqual([tabs.shown.length, tabs.report.skipped.length], [3, 1]);
  const indented = read(' Rome B-Y\n is O\n');
  assert.deepEqual(indented.shown, [['Rome is', 'Y: Rome']]);
  assert.deepEqual(read('Rome\t B-Y \nis\tO\r\r\n').shown, [['Rome is', 'Y: Rome']]);
});

test('a blank word between two names does not join them', () => {
  for (const tags of ['I-X O I-X', 'X O X', 'B-X B-X I-X'])
    assert.deepEqual(
      read(`Rome ${tags.split(' ')[0]}\n\u00A0 ${tags.split(' ')[1]}\nParis ${tags.split(' ')[2]}\n`).shown,
      [['Rome Paris', 'X: Rome', 'X: Paris']],
    );
});

test('document lines are known behind what programs put before each line', () => {
  for (const line of [
    '\uFEFF-DOCSTART- O',
    ' -DOCSTART- O',
    '1\t-DOCSTART-\tO',
    'en:-DOCSTART- O',
    '-DOCSTART O',
  ]) {
    const { sentences } = read(`Rome B-X\n\n${line}\n\nAnna B-X\n`);
    assert.deepEqual(
      sentences.map(({ article }) => article),
      ['some.conll line 1', 'some.conll document 1'],
    );
  }
});

test('files of a folder count once, links among them too, and labels that one of them lacks are named', () => {
  const own = mkdtempSync(join(folder, 'several-'));
  writeFileSync(join(own, 'a.conll'), 'Rome B-LOC\n');
  writeFileSync(join(own, 'b.conll'), 'Anna B-PER\n');
  const elsewhere = join(folder, 'c.conll');
  writeFileSync(elsewhere, 'Bonn B-LOC\n');
  symlinkSync(elsewhere, join(own, 'c.conll'));
  symlinkSync(join(own, 'none'), join(own, 'd.conll'));
  const { report, lines } = convert('conll', [own, join(own, 'a.conll'), elsewhere]);
  assert.equal(lines.length, 3);
  assert.match(report.skipped.join(), /^[^,]*d\.conll/);
  assert.deepEqual(
    report.notices.map((message) => message.replace(own, '').replace(/,.*/, '')),
    ['/b.conll: no LOC', '/a.conll and 1 more of 3 files: no PER'],
  );
});

const mirror = mirrorFolder();
const skip = mirror ? false : 'needs FALCONFRAMES_MIRROR';

/** Numbers of sentences and entities in each file, counted from its tags in Python. */
const PINNED: Record<string, [number, number]> = {
  'wnut17/wnut17train.conll': [3394, 1975],
  'wnut17/emerging.dev.conll': [1009, 836],
  'wnut17/emerging.test.annotated': [1287, 1079],
  'btc/btc.train': [6338, 8779],
  'btc/btc.dev': [1000, 1730],
  'btc/btc.test': [2001, 4376],
  'wikigold/wikigold.conll.txt': [1696, 3558],
  'sec_filings/FIN5.train.txt': [1164, 1168],
  'sec_filings/FIN3.test.txt': [303, 318],
  'wikiann/en.test': [10000, 13958],
  'wikiann/de.test': [10000, 13868],
  'wikiann/nl.test': [10000, 13725],
};

for (const [name, pinned] of Object.entries(PINNED))
  test(`${name}: sentences and entities`, { skip }, () => {
    const { report } = convert('conll', [join(mirror as string, 'ner', name)]);
    const entities = Object.values(report.labels).reduce((sum, count) => sum + count);
    assert.deepEqual([report.lines, entities, report.skipped], [...pinned, []]);
  });

test('CrossNER, GermEval and CoNLL++ convert', { skip }, () => {
  const crossner = join(mirror as string, 'ner', 'crossner');
  const sizes = readdirSync(crossner)
    .filter((domain) => domain !== 'LICENSE')
    .map((domain) =>
      ['train', 'dev', 'test'].map(
        (part) => convert('conll', [join(crossner, domain, `${part}.txt`)]).report.lines,
      ),
    );
  assert.deepEqual(sizes, [
    [100, 350, 431],
    [100, 400, 416],
    [100, 380, 465],
    [200, 541, 651],
    [200, 450, 543],
  ]);
  const germeval = (column?: number) =>
    convert('conll', [join(mirror as string, 'ner', 'germeval2014', 'NER-de-test.tsv')], { column }).report;
  assert.deepEqual([germeval(3).lines, Object.keys(germeval(3).labels).length], [5100, 12]);
  assert.deepEqual([germeval().lines, germeval().labels.LOC], [5100, 210]);
  const conllpp = convert('conll', [join(mirror as string, 'conllpp', 'conllpp_test.txt')]).report;
  assert.deepEqual(
    [conllpp.lines, conllpp.articles, conllpp.labels],
    [3453, 231, { LOC: 1646, PER: 1618, MISC: 723, ORG: 1715 }],
  );
});
