import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { documentsOfBioc } from './bioc';
import { documentsOfPubtator } from './pubtator-documents';

function skipping(read: typeof documentsOfBioc, content: string) {
  const skipped: string[] = [];
  const documents = read(content, 'file', ({ message }) => skipped.push(message));
  return { documents, skipped };
}

const passage = (offset: number, text: string, infons = {}) => ({ infons, offset, text, annotations: [] });

test('BioC JSON: a collection, an array of collections, one document, one document per line, PubTator 3', () => {
  const document = { id: '1', passages: [passage(0, 'HeLa cells in the liver')] };
  const other = { id: 'PMC2', infons: {}, passages: [passage(0, 'T cells')] };
  const forms = [
    JSON.stringify({ source: 'PMC', documents: [document, other] }),
    JSON.stringify([{ documents: [document] }, { documents: [other] }]),
    JSON.stringify([document, other]),
    `${JSON.stringify(document)}\r\n\n${JSON.stringify(other)}\n`,
    `\ufeff${JSON.stringify({ PubTator3: [document, other] }, undefined, 1)}`,
  ];
  for (const content of forms) {
    const texts = documentsOfBioc(content, 'file').map(({ id, text }) => [id, text]);
    assert.deepEqual(texts, [
      ['1', 'HeLa cells in the liver'],
      ['PMC2', 'T cells'],
    ]);
  }
  assert.equal(documentsOfBioc(JSON.stringify(document), 'file').length, 1);
});

test('offsets in code points into the text are those of the file; references are omitted', () => {
  const passages = [
    passage(20, 'Second 😀 one', { section_type: 'INTRO' }),
    passage(0, '𝛼 title', { section_type: 'TITLE' }),
    passage(60, 'Smith J. HeLa cells', { section_type: 'REF', type: 'ref' }),
    {
      offset: 100,
      sentences: [
        { offset: 100, text: 'HeLa cells' },
        { offset: 111, text: 'grow.' },
      ],
    },
    { offset: 90, text: '', infons: {} },
  ];
  const [{ text, paragraphs }] = documentsOfBioc(JSON.stringify({ id: 7, passages }), 'file');
  const characters = Array.from(text);
  for (const [offset, part] of [
    [0, '𝛼 title'],
    [20, 'Second 😀 one'],
    [100, 'HeLa cells'],
    [111, 'grow.'],
  ] as const)
    assert.equal(characters.slice(offset, offset + Array.from(part).length).join(''), part);
  assert.ok(!text.includes('Smith'));
  assert.deepEqual(
    paragraphs.map(({ start, end }) => text.slice(start, end)),
    ['𝛼 title', 'Second 😀 one', 'HeLa cells', 'grow.'],
  );
});

test('a damaged document is skipped and reported, the others are read', () => {
  const documents = [
    { id: 'a', passages: [passage(0, 'HeLa')] },
    { passages: [passage(0, 'HeLa')] },
    { id: 'c', passages: [passage(0, 'HeLa'), passage(2, 'T cells')] },
    { id: 'd', passages: [{ text: 'HeLa' }] },
    { id: 'e', passages: [passage(1e12, 'HeLa')] },
    { id: 'f', passages: 'HeLa' },
    { id: 'g', passages: [passage(0, ' ')] },
    { id: 'h', passages: [{ offset: -1, text: 'x' }] },
    { id: 'i', passages: [{ offset: 0, text: 5 }] },
    null,
    { id: 'z', passages: [passage(0, 'liver')] },
  ];
  const { documents: read, skipped } = skipping(documentsOfBioc, JSON.stringify({ documents }));
  assert.deepEqual(
    read.map(({ id }) => id),
    ['a', 'z'],
  );
  const expected = [
    /^file: document 2: the document has no id; give it one$/,
    /^file: document 3 \("c"\): the passage at 2 begins before the end of the previous one, at 4; correct/,
    /"d"\): a passage has no offset/,
    /"e"\): the passage at 1000000000000 ends beyond 10000000 characters/,
    /"f"\): has no list of passages/,
    /"g"\): contains no text/,
    /"h"\): a passage has no offset/,
    /"i"\): the text of a passage is not a string/,
    /document 10: the document has no id/,
  ];
  assert.equal(skipped.length, expected.length);
  for (const [index, pattern] of expected.entries()) assert.match(skipped[index], pattern);
  assert.throws(() => documentsOfBioc(JSON.stringify({ documents }), 'file'), InputError);
  const many = JSON.stringify({ documents: Array(10_001).fill({}) });
  assert.throws(() => skipping(documentsOfBioc, many), /more than 10000 damaged documents/);
  for (const content of ['{"a":1}', '[1]', '{"documents": [', 'null', '['.repeat(200_000)])
    assert.throws(() => documentsOfBioc(content, 'file'), { name: 'InputError', message: /^file: .*BioC/ });
});

const xml = (...documents: string[]) =>
  `<?xml version="1.0"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection><source>PMC</source>\n${documents.join('\n')}\n</collection>`;
const good = (id: string) =>
  `<document><id>${id}</id><passage><infon key="type">title</infon><offset>0</offset><text>p &lt; .05 &#x3b1; &amp;lt; <![CDATA[&lt;b>]]></text><annotation id="1"><text>no</text></annotation></passage></document>`;

test('BioC XML: entities are expanded once, annotations and references omitted, documents read one by one', () => {
  const reference =
    '<document><id>2</id>\n<passage><infon key="section_type">REF</infon><offset>0</offset><text>Smith</text></passage><passage><offset> 6 </offset><sentence><offset>6</offset><text xml:space="preserve">T cells </text></sentence><sentence><offset>15</offset><text>grow</text></sentence></passage></document>';
  const { documents, skipped } = skipping(documentsOfBioc, xml(good('PMC1'), reference));
  assert.deepEqual(skipped, []);
  assert.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['PMC1', 'p < .05 α &lt; &lt;b>'],
      ['2', '\n\n    T cells \ngrow'],
    ],
  );
});

test('in BioC XML too, a damaged document is skipped, and truncation is reported', () => {
  const broken =
    '<document><id>2</id><passage><offset>0</offset>\n<text>T < cells</text></passage></document>';
  const { documents, skipped } = skipping(documentsOfBioc, xml(good('1'), broken, good('3')));
  assert.deepEqual(
    documents.map(({ id }) => id),
    ['1', '3'],
  );
  assert.equal(skipped.length, 1);
  assert.match(skipped[0], /^file line [56]: not well-formed XML/);
  const whole = xml(good('1'), good('2'));
  const cut = skipping(documentsOfBioc, whole.slice(0, -60));
  assert.deepEqual(
    cut.documents.map(({ id }) => id),
    ['1'],
  );
  assert.match(cut.skipped[0], /^file line 5: the file ends inside this <document>; get the file again/);
  const between = skipping(documentsOfBioc, whole.slice(0, -12));
  assert.equal(between.documents.length, 2);
  assert.match(between.skipped[0], /ends before <\/collection>/);
  const bomb = `<!DOCTYPE collection [<!ENTITY a "aaaa">]>${xml(good('1'))}`;
  assert.throws(() => documentsOfBioc(bomb, 'file'), /declares entities/);
  assert.throws(() => documentsOfBioc('<collection></collection>', 'file'), /has no <document>/);
  assert.match(
    skipping(documentsOfBioc, xml('<document><id>1</id></document>')).skipped[0],
    /without <text>/,
  );
  const deep = `<document><id>1</id>${'<passage>'.repeat(5000)}<text>x</text>${'</passage>'.repeat(5000)}</document>`;
  assert.match(skipping(documentsOfBioc, xml(deep)).skipped[0], /nested more than 256 deep/);
});

test('PubTator: title and abstract are placed as the offsets count them, annotations skipped', () => {
  const content = [
    '\ufeff1|t|HeLa cells ',
    '1|a|The liver.',
    '1\t11\t14\tThe\tOrgan',
    '',
    '2|t|Only a title\r',
    '3|a|Only an abstract',
    '4|t|',
    '4|a|',
    'prose that is no PubTator',
    'more',
    '5|t|A|t|B',
    '5|a|',
  ].join('\n');
  const { documents, skipped } = skipping(documentsOfPubtator, content);
  assert.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['1', 'HeLa cells\nThe liver.'],
      ['2', 'Only a title'],
      ['3', '\nOnly an abstract'],
      ['5', 'A|t|B'],
    ],
  );
  assert.equal(skipped.length, 2);
  assert.match(skipped[0], /^file line 7: document "4": contains no text/);
  assert.match(
    skipped[1],
    /^file line 9: not a line of PubTator \("prose that is no PubTator"\), and 1 more/,
  );
});

test('any content gives documents or an InputError', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '<document>',
      '</document>',
      '<id>1</id>',
      '<passage>',
      '</passage>',
      '<offset>',
      '3',
      '</offset>',
      '<text>',
      '</text>',
      '&lt;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      'x',
      '</collection>',
      '1|t|',
      '\n',
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(pieces, fc.json(), (parts, json) => {
      for (const content of [
        `<collection>${parts.join('')}`,
        `{"documents":[${json}]}`,
        json,
        parts.join(''),
      ]) {
        for (const read of [documentsOfBioc, documentsOfPubtator]) {
          try {
            for (const { id, text } of skipping(read, content).documents)
              assert.ok(typeof id === 'string' && text.trim());
          } catch (error) {
            assert.ok(error instanceof InputError, String(error));
          }
        }
      }
    }),
  );
});
