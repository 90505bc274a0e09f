import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { mirrorFolder, parseLabelledText, parseSentence } from '../../foundation';
import { loadCorpus } from '../load';
import { type ConvertOptions, convert, type Format } from '.';

const folder = mkdtempSync(join(tmpdir(), 'convert-'));
after(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Sentences as text and `label: mention` of each span, with the report. */
function converted(from: Format, paths: string[], options: ConvertOptions = {}) {
  const { lines, report } = convert(from, paths, options);
  const sentences = lines.map((line) => parseSentence(line, 'a line'));
  const shown = sentences.map(({ text, spans }) => [
    text,
    ...spans.map(({ start, end, label }) => `${label}: ${text.slice(start, end)}`),
  ]);
  return { sentences, shown, report };
}

test('brat: types become labels, losses are counted, texts may have a byte order mark and CRLF', () => {
  const text = 'Title 𝛼\nA rod and cone cell. HeLa, 😀 cells\nof mice.\n';
  const lines = [
    'T1\tCell_type 10 13;23 27\trod cell',
    'T2\tLine 29 33\tHeLa',
    'T3\tx-y 35 47\t😀 cells of m',
    'T4\tLine 29 33\tHeLa',
    ...['R1\tPart Arg1:T1 Arg2:T2', '*\tEquiv T1 T2', 'E1\tGrow:T1', 'A1\tNegated T1'],
    ...['N1\tReference T1 CL:1\tcell', '#1\tAnnotatorNotes T1\tsure', ''],
  ];
  const expected = [
    ['Title 𝛼'],
    ['A rod and cone cell.', 'Cell_type: rod and cone cell'],
    ['HeLa, 😀 cells\nof mice.', 'Line: HeLa', 'x-y: 😀 cells\nof m'],
  ];
  const annotations = lines.join('\n');
  const variants: [string, string][] = [
    [text, annotations],
    [`\ufeff${text}`, annotations.replaceAll('\n', '\r\n')],
    [text.replaceAll('\n', '\r\n'), `\ufeff${annotations}`],
  ];
  for (const [index, [txt, ann]] of variants.entries()) {
    put(`brat${index}/a.txt`, txt);
    put(`brat${index}/a.ann`, ann);
    put(`brat${index}/alone.txt`, 'No annotations.');
    put(`brat${index}/README.txt`, 'What this is.');
    put(`brat${index}/annotation.conf`, '[entities]');
    const { shown, sentences, report } = converted('brat', [join(folder, `brat${index}`)]);
    assert.deepEqual(
      shown.map((row) => row.map((cell) => cell.replace('\r\n', '\n'))),
      expected,
    );
    assert.deepEqual(report.lost, {
      ...{ discontinuous: 1, duplicate: 1, relations: 2, events: 1, attributes: 1, identifiers: 1 },
      ...{ notes: 1, unannotatedTexts: 1 },
    });
    assert.deepEqual(report.labels, { Cell_type: 1, Line: 1, 'x-y': 1 });
    for (const { annotated, article } of sentences)
      assert.deepEqual([article, annotated], ['a', ['Cell_type', 'Line', 'x-y']]);
  }
});

test('brat: offsets that count the byte order mark and both characters of CRLF are detected from the annotations', () => {
  put('counted/a.txt', '\ufeffTitle\r\nHeLa cells');
  put('counted/a.ann', 'T1\tLine 8 12\tHeLa\n');
  assert.deepEqual(converted('brat', [join(folder, 'counted')]).shown, [
    ['Title'],
    ['HeLa cells', 'Line: HeLa'],
  ]);
});

test('brat: offsets in code points are converted to UTF-16 exactly', () => {
  const word = fc.array(fc.constantFrom('a', 'é', '𝛼', '😀', '🧬', 'ß'), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), fc.nat(), (words, chosen) => {
      const plain = words.map((characters) => characters.join(''));
      const index = chosen % plain.length;
      const start = Array.from(plain.slice(0, index).join(' ')).length + (index > 0 ? 1 : 0);
      const end = start + words[index].length;
      const path = put('one.txt', plain.join(' '));
      put('one.ann', `T1\tX ${start} ${end}\t${plain[index]}\n`);
      assert.deepEqual(converted('brat', [path]).shown, [[plain.join(' '), `X: ${plain[index]}`]]);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('a bad document is skipped and reported; if all are bad, the reason is thrown', () => {
  put('some/good.txt', 'HeLa');
  put('some/good.ann', 'T1\tLine 0 4\tHeLa');
  put('some/bad.txt', 'HeLa');
  put('some/bad.ann', 'T1\tLine 1 4\tHeLa');
  put('some/lone.ann', 'T1\tLine 0 4\tHeLa');
  const { report, sentences } = converted('brat', [join(folder, 'some')]);
  assert.equal(sentences.length, 1);
  assert.match(report.skipped[0], /bad\.ann line 1: the annotation says "HeLa" where the text says "eLa"/);
  assert.match(report.skipped[1], /lone\.txt: is missing/);
  assert.equal(report.skipped.length, 2);
  assert.throws(
    () => convert('brat', [join(folder, 'some/bad.txt')]),
    /bad\.ann line 1: the annotation says/,
  );
  const message = /no \.ann files/;
  assert.throws(() => convert('brat', [dirname(put('empty/x.json', '{}'))]), { name: 'InputError', message });
  assert.throws(() => convert('brat', [join(folder, 'absent')]), /there is no such file/);
  put('bare/a.txt', 'HeLa');
  put('bare/a.ann', '');
  assert.throws(() => convert('brat', [join(folder, 'bare')]), /has no annotations/);
});

test('pubtator: articles are split into sentences; identifiers and relations are counted', () => {
  const path = put(
    'some.PubTator',
    '7|t|HeLa 😀 \n7|a|It grew. So did rs334.\n7\t0\t4\tHeLa\tCell Line\tCVCL\n7\t23\t28\trs334\tSNP\n7\tIs\tA\tB\n\n8|t|x\n',
  );
  const { shown, sentences, report } = converted('pubtator', [path]);
  assert.deepEqual(shown, [['HeLa 😀', 'Cell Line: HeLa'], ['It grew.'], ['So did rs334.', 'SNP: rs334']]);
  assert.deepEqual([sentences[0].section, sentences[2].section], ['Title', 'Abstract']);
  assert.equal(sentences[0].article, '7');
  assert.deepEqual(report.lost, { identifiers: 1, relations: 1 });
  assert.match(report.skipped.join(), /line 7: the abstract of 8 is missing/);
});

test('a label that is none skips the sentences that have it, and nothing else', () => {
  const long = 'x'.repeat(300);
  const path = put(
    'labels.PubTator',
    `7|t|HeLa\n7|a|It grew. So did rs334.\n7\t0\t4\tHeLa\t${long}\n7\t21\t26\trs334\tSNP\n`,
  );
  const { shown, sentences, report } = converted('pubtator', [path]);
  assert.deepEqual(shown, [['It grew.'], ['So did rs334.', 'SNP: rs334']]);
  assert.deepEqual(sentences[0].annotated, ['SNP']);
  assert.match(report.skipped.join(), /^7 paragraph 1: spans\[0\] has the label .{20,200}; give it a name/);
});

test('bioc: XML and JSON give the same; annotations of references and outside the text are counted', () => {
  const annotation = (offset: number, length: number, text: string, type = 'Gene') => ({
    infons: { type, identifier: '1' },
    locations: [{ offset, length }],
    text,
  });
  const document = {
    id: '9',
    passages: [
      {
        offset: 0,
        infons: { section_type: 'TITLE' },
        text: '🧬 p53',
        annotations: [annotation(2, 3, 'p53')],
      },
      {
        offset: 6,
        infons: { type: 'abstract' },
        sentences: [
          { offset: 6, text: 'See p53.', annotations: [annotation(10, 3, 'p53'), annotation(900, 2, 'it')] },
        ],
        relations: [{}],
      },
      { offset: 50, infons: { type: 'ref' }, text: 'p53', annotations: [annotation(50, 3, 'p53')] },
    ],
  };
  const bad = { id: '10', passages: [{ offset: 0, text: 'p53', annotations: [annotation(0, 2, 'p53')] }] };
  const untyped = { id: '11', passages: [{ offset: 0, text: 'x', annotations: [{ locations: [] }] }] };
  type Part = {
    offset: number;
    text?: string;
    infons?: object;
    annotations?: object[];
    sentences?: Part[];
    relations?: object[];
  };
  const infonsXml = (infons: object = {}) =>
    Object.entries(infons)
      .map(([key, value]) => `<infon key="${key}">${value}</infon>`)
      .join('');
  const partXml = (name: string, part: Part): string =>
    `<${name}>${infonsXml(part.infons)}<offset>${part.offset}</offset>${part.text ? `<text>${part.text}</text>` : ''}${(
      part.annotations ?? []
    )
      .map((value) => {
        const { infons, locations, text } = value as ReturnType<typeof annotation>;
        const places = locations.map(
          ({ offset, length }) => `<location offset="${offset}" length="${length}"/>`,
        );
        return `<annotation id="1">${infonsXml(infons)}${places.join('')}<text>${text ?? ''}</text></annotation>`;
      })
      .join(
        '',
      )}${(part.sentences ?? []).map((sentence) => partXml('sentence', sentence)).join('')}${part.relations ? '<relation id="R"/>' : ''}</${name}>`;
  const documentXml = ({ id, passages }: { id: string; passages: Part[] }) =>
    `<document><id>${id}</id>${passages.map((passage) => partXml('passage', passage)).join('')}</document>`;
  const documents = [document, bad, untyped] as { id: string; passages: Part[] }[];
  const xml = `<?xml version="1.0"?><collection><source>x</source>${documents.map(documentXml).join('')}</collection>`;
  for (const content of [JSON.stringify({ documents }), xml, gzipSync(xml)]) {
    const { shown, sentences, report } = converted('bioc', [put('some.bioc', content)]);
    assert.deepEqual(shown, [
      ['🧬 p53', 'Gene: p53'],
      ['See p53.', 'Gene: p53'],
    ]);
    assert.deepEqual(
      sentences.map(({ article, section }) => [article, section]),
      [
        ['9', 'TITLE'],
        ['9', 'abstract'],
      ],
    );
    assert.deepEqual(report.lost, { relations: 1, inReferences: 1, withoutText: 1, attributes: 3 });
    assert.equal(report.skipped.length, 2);
    assert.match(report.skipped[0], /\("10"\): the annotation says "p53" where the text says "p5"/);
    assert.match(report.skipped[1], /\("11"\): the annotation .* has no type/);
  }
});

test('csv: labelled texts, from columns of any name; unusable rows are skipped', () => {
  const path = put('texts.csv', 'id,body,kind\r\n1,"a, ""b""\r\nc",x\r\n2,,y\r\n3,d,z\r\n');
  const { lines, report } = convert('csv', [path], { text: 'body', label: 'kind' });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { text: 'a, "b"\nc', label: 'x' },
      { text: 'd', label: 'z' },
    ],
  );
  assert.deepEqual(report.labels, { x: 1, z: 1 });
  assert.match(report.skipped.join(), /texts\.csv line 4: "text" is empty/);
  assert.throws(() => convert('csv', [path]), /its columns are "id", "body", "kind"/);
  assert.throws(() => convert('csv', [path], { text: 'body', label: 'sort' }), /has no column "sort"/);
  const several = put('several.tsv', 'text\tlabels\nu\ta|b\nv\t\n');
  const packed = put('several.tsv.gz', gzipSync('text\tlabels\nw\tc\n'));
  const both = convert('csv', [several, packed]).lines;
  assert.deepEqual(
    both.map((line) => parseLabelledText(line, 'a line').labels),
    [['a', 'b'], [], ['c']],
  );
  assert.match(
    convert('csv', [several, path]).report.skipped.join(),
    /texts\.csv line 1: the table has no column/,
  );
  const single = put('single.csv', 'text,label\nx,a\n');
  assert.throws(() => convert('csv', [several, single]), /single\.csv line 2: has "label", unlike/);
});

test('damaged files give valid lines or an InputError', () => {
  const wholes: [Format, string, string][] = [
    ['brat', 'damaged.ann', 'T1\tCell 0 4\tHeLa\nR1\tx\n'],
    ['conll', 'damaged.conll', '-DOCSTART- O\n\n# c\nHeLa B-Cell\n𝛼 I-Cell\n\nx O\n'],
    ['pubtator', 'damaged.txt', '7|t|HeLa\n7|a|x\n7\t0\t4\tHeLa\tCell\n'],
    [
      'bioc',
      'damaged.json',
      '{"documents":[{"id":"1","passages":[{"offset":0,"text":"HeLa","annotations":[{"infons":{"type":"Cell"},"locations":[{"offset":0,"length":4}],"text":"HeLa"}]}]}]}',
    ],
    ['csv', 'damaged.csv', 'text,label\n"a, b",c\n'],
  ];
  const inserted = fc.constantFrom(
    '\t',
    '\n',
    '"',
    '<',
    '9'.repeat(30),
    '-1',
    '\ufeff',
    '[',
    '{',
    '|',
    ' ',
    'O',
    '\0',
  );
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 5 }), inserted), { minLength: 1, maxLength: 4 });
  for (const [format, name, whole] of wholes)
    fc.assert(
      fc.property(damage, (changes) => {
        let content = whole;
        for (const [at, length, piece] of changes) {
          const place = at % (content.length + 1);
          content = content.slice(0, place) + piece + content.slice(place + length);
        }
        const path = put(format === 'brat' ? 'fuzz.ann' : name, content);
        if (format === 'brat') put('fuzz.txt', 'HeLa cells');
        try {
          for (const line of convert(format, [path]).lines)
            (format === 'csv' ? parseLabelledText : parseSentence)(line, 'a line');
        } catch (error) {
          assert.equal((error as Error).name, 'InputError', String(error));
        }
      }),
      { numRuns: 100, seed: 1 },
    );
});

const mirror = mirrorFolder();
const skip = mirror ? false : 'needs FALCONFRAMES_MIRROR';
const at = (...names: string[]) => join(mirror as string, ...names);

test("corpora in users' formats convert to what their readers return", { skip }, async () => {
  const same = async (corpus: 'jnlpba' | 'tmvar' | 'biored', from: Format, ...names: string[]) => {
    const { sentences } = await loadCorpus(corpus, corpus === 'jnlpba' ? 'test' : 'all');
    const essence = (list: { article: string; text: string; spans: unknown[] }[]) =>
      list
        .map(
          ({ article, text, spans }) =>
            `${article} ${text} ${spans.map((span) => JSON.stringify(span)).sort()}`,
        )
        .sort();
    assert.deepEqual(essence(converted(from, [at(...names)]).sentences), essence(sentences));
  };
  await same('jnlpba', 'brat', 'jnlpba', 'test');
  await same('tmvar', 'pubtator', 'tmvar');
  await same('biored', 'pubtator', 'biored');
});

test('an export of PubTator in BioC, with annotations of six full texts', { skip }, () => {
  const { report } = converted('bioc', [at('formats', 'pubtator', 'fulltext_6docs_ccby.bioc.xml')]);
  const kept = Object.values(report.labels).reduce((sum, count) => sum + count);
  const { inReferences, acrossParagraphs = 0, nested = 0, duplicate = 0, crossing = 0 } = report.lost;
  assert.deepEqual([kept, inReferences, report.articles], [1288, 202, 6]);
  assert.equal(kept + inReferences! + acrossParagraphs + nested + duplicate + crossing, 1490);
  const unannotated = readdirSync(at('formats', 'bioc')).map((name) => at('formats', 'bioc', name));
  assert.throws(() => convert('bioc', unannotated), /has no annotations/);
});

test('banking77: every text with its intent', { skip }, () => {
  const { report } = convert('csv', [at('intents', 'banking77', 'train.csv')], { label: 'category' });
  assert.deepEqual([report.lines, Object.keys(report.labels).length, report.skipped], [10003, 77, []]);
});
