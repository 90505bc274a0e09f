import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { jatsToParagraphs } from '../../preprocessing/jats';
import { createRandom, InputError, mirrorFolder, type Random } from '..';
import { checkFullText } from './articles';
import { parseXml, type XmlNode } from './parse';

const article = (inside: string, before = '') => `${before}<article><body><p>${inside}</p></body></article>`;
const textOf = (xml: string) => jatsToParagraphs(xml, 'x.xml').map(({ text }) => text);

test('a DOCTYPE of every form is accepted, and its entities are expanded', () => {
  const read = (doctype: string) => textOf(article('x &a; y', `<?xml version="1.0"?>\n${doctype}\n`));
  assert.deepEqual(read('<!DOCTYPE article PUBLIC "-//NLM//DTD > v3//EN" "archive[article].dtd">'), [
    'x &a; y',
  ]);
  assert.deepEqual(
    read('<!DOCTYPE article [<!ENTITY b "HeLa"><!ENTITY a "&b;&#32;<i>&amp;</i>"> <!-- > ] -->]>'),
    ['x HeLa & y'],
  );
  assert.deepEqual(
    read('<!DOCTYPE article [<!-- <!ENTITY a "no"> --><!ENTITY a\n\'HeLa "1"\'><!ENTITY a "second">]>'),
    ['x HeLa "1" y'],
  );
});

test('an entity is not expanded in a comment, a CDATA section or an instruction', () => {
  const xml = article('&a;<!-- &a; --><![CDATA[&a;]]><?x &a;?>', '<!DOCTYPE article [<!ENTITY a "HeLa">]>');
  assert.deepEqual(textOf(xml), ['HeLa&a;']);
});

test('an entity bomb is not expanded', () => {
  const levels = (times: number) =>
    Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(times)}">`).join('');
  for (const times of [2, 10, 200])
    assert.deepEqual(textOf(article('&e20;', `<!DOCTYPE a [<!ENTITY e0 "lol">${levels(times)}]>`)), [
      '&e20;',
    ]);
});

test('a document that is too long once expanded is rejected', () => {
  const many = article('&a;'.repeat(50_000), `<!DOCTYPE a [<!ENTITY a "${'x'.repeat(999)}">]>`);
  assert.throws(
    () => textOf(many),
    /^InputError: x\.xml: more than 10000000 characters with its entities expanded/,
  );
});

test('character references are decoded once', () => {
  assert.deepEqual(textOf(article('&#956;g &#x1D6FD; &beta; &amp;lt; a&lt;b &nosuch; &#0;')), [
    'μg 𝛽 β &lt; a<b &nosuch; &#0;',
  ]);
  assert.deepEqual(textOf(article('<![CDATA[p<0.05 &amp; CD4]]> &lt;&amp;amp;')), [
    'p<0.05 &amp; CD4 <&amp;',
  ]);
});

test('all HTML names and the Greek ISO names are known', () => {
  assert.deepEqual(
    textOf(
      article('&Aacute;lvarez &not; HeLa &sum; &yuml; &Zeta; &thetas; &ap; &agr;&khgr; &NotEqualTilde;'),
    ),
    ['Álvarez ¬ HeLa ∑ ÿ Ζ θ ≈ αχ ≂̸'],
  );
  assert.deepEqual(textOf(article('&constructor; &__proto__; &toString;')), [
    '&constructor; &__proto__; &toString;',
  ]);
});

test('XML that is not well-formed is reported with file and line', () => {
  assert.throws(
    () => parseXml('<article>\n<p>text\n</article>', 'a.xml'),
    (error: Error) => error instanceof InputError && /^a\.xml line \d+: not well-formed/.test(error.message),
  );
  assert.throws(() => parseXml('<!DOCTYPE article [', 'a.xml'), /DOCTYPE has no end/);
  assert.throws(() => parseXml('<a>'.repeat(5000) + '</a>'.repeat(5000), 'a.xml'), InputError);
});

test('a truncated file is reported with the element in which it ends', () => {
  const whole = '<article>\n<body><sec>\n<p>HeLa <italic>cells';
  assert.throws(
    () => parseXml(whole, 'a.xml'),
    /^InputError: a\.xml line 3: the file ends inside <italic>; get/,
  );
  assert.throws(
    () => parseXml('<article>\n<body>\n<p>a</p>\n\n', 'a.xml'),
    /^InputError: a\.xml line 5: the file ends inside <body>, which opens in line 2;/,
  );
  for (const end of ['<p', '<p a="', '</', '<!-- x', '<![CDATA[ x', '<?x', '&am', '\n<ref-list><ref>a'])
    assert.throws(
      () => parseXml(`<article>${end}`, 'a.xml'),
      /the file ends inside <(?:article|ref-list)>/,
      end,
    );
  assert.throws(() => parseXml('<article a="', 'a.xml'), /the file ends inside markup/);
});

test('several documents in a row are reported as such', () => {
  const one = '<article>\n<p>a</p></article>\n';
  for (const xml of [one + one, `<?xml version="1.0"?>${one}<?xml version="1.0"?>${one}`])
    assert.throws(
      () => parseXml(xml, 'a.xml'),
      /^InputError: a\.xml line 3: a second document begins; put the articles into separate files, or between/,
    );
  assert.throws(() => parseXml('<a><?xml version="1.0"?></a>', 'a.xml'), /not well-formed/);
});

test('an ampersand that starts no reference is reported where it occurs', () => {
  for (const rest of ['</p></article>', ' a &amp; b;</p></article>'])
    assert.throws(
      () => parseXml(`<article>\n<p>T &lt;\ncells & ${rest}`, 'a.xml'),
      /^InputError: a\.xml line 3: an "&"/,
    );
});

test('content that is not XML is named by its kind', () => {
  const others: Record<string, RegExp> = {
    '%PDF-1.4\n1 0 obj': /a PDF/,
    '<!DOCTYPE html><html>': /is HTML/,
    '\n<HTML><p>a': /is HTML/,
    '[{"id":"a"}]': /JSON/,
    '{"source": "PMC"}': /JSON/,
    'PK\u0003\u0004x': /ZIP/,
    '\u001f\ufffd\b': /gzip/,
    'version https://git-lfs.github.com/spec/v1': /Git LFS pointer/,
    ' \n': /is empty/,
    'HeLa cells': /not well-formed XML/,
  };
  for (const [content, message] of Object.entries(others))
    assert.throws(() => parseXml(content, 'a.xml'), message);
});

test('content around the article, and small flaws inside it, are tolerated', () => {
  const plain = '<article><p>a</p></article>';
  for (const xml of [
    `${plain}\n<!-- exported -->\n<?end?>`,
    `<?xml version="1.0"?>\n<?xml-stylesheet href="x.xsl"?>\n${plain}`,
    `<!--${'licence text '.repeat(5_000)}-->${plain}`,
    '<article><!-- a -- b --><p>a</p></article>',
    `\n<?xml version="1.0"?>${plain}`,
    `<!-- c -->\n<?xml version="1.0"?>\n<!DOCTYPE article SYSTEM "x">${plain}`,
    `\ufeff\u200b\ufeff<?xml version="1.0"?>${plain}`,
    `${plain}\r\n\u001a`,
    '<article><p>a</p><p>\u0001\ufffe ]]></p></article>',
    `<article><?x ${'?'.repeat(1_000)}?><p>a</p></article>`,
  ])
    assert.equal(textOf(xml)[0], 'a', xml.slice(0, 60));
  assert.throws(() => parseXml('<article><p a="b<i>c</i></p></article>', 'a.xml'), /not well-formed/);
  assert.deepEqual(textOf('<article><p>a\ud800<i>b</i></p></article>'), ['a\ufffdb']);
});

test('a full text is checked the way it is read', () => {
  const id = '<front><article-meta><article-id pub-id-type="pmcid">PMC7</article-id></article-meta></front>';
  assert.deepEqual(checkFullText(`<article>${id}<body/></article>`, 'a'), { pmcid: 'PMC7' });
  assert.deepEqual(checkFullText('<article/>', 'a'), { pmcid: undefined });
  assert.throws(
    () => checkFullText(`<article>${id}<body>`, 'the full text'),
    /^InputError: the full text line 1: the file ends/,
  );
  assert.throws(
    () => checkFullText('<error>no</error>', 'the full text'),
    /contains no <article> \(its root is <error>\)/,
  );
});

test('any text is either read or rejected with an InputError', () => {
  const pieces = fc.constantFrom(
    '<p>',
    '</p>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '&',
    '<',
    '<?',
    '?>',
    '<!DOCTYPE',
    '[',
    'a="',
    "'",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
      try {
        jatsToParagraphs(article(parts.join('')), 'x');
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});

/** Returns the paragraphs' texts, or undefined for an InputError of one line; rethrows every other error. */
function readOrRefuse(xml: string): string[] | undefined {
  try {
    return textOf(xml);
  } catch (error) {
    assert.ok(error instanceof InputError, String((error as Error).stack));
    assert.match(error.message, /^x\.xml.{1,400}$/);
    return undefined;
  }
}

test('external, parameter, recursive and long entities are neither expanded nor fetched', () => {
  const declarations = [
    `<!ENTITY a "${'x'.repeat(10_000)}">`, // quadratic blow-up: one long entity referenced often
    '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
    '<!ENTITY % p "<!ENTITY a \'boom\'>"> %p;',
    '<!ENTITY a SYSTEM "http://127.0.0.1:1/x">',
    '<!ENTITY a PUBLIC "p" "http://127.0.0.1:1/x"><!ENTITY b SYSTEM "x.tif" NDATA tif>',
    '<!ENTITY a "&a;">',
    '<!ENTITY a "&b;"><!ENTITY b "&c;"><!ENTITY c "&a;">',
    '<!ELEMENT p ANY> <?pi ]> <!ENTITY a "b"> ?>',
  ];
  for (const declaration of declarations) {
    const text = textOf(article('&a;'.repeat(5_000), `<!-- <b> --><!DOCTYPE article [${declaration}]>`));
    assert.ok(text.length === 1 && text[0] === '&a;'.repeat(5_000), declaration.slice(0, 80));
  }
});

test('a document that would need too much memory is rejected before parsing', () => {
  const bigDocuments = {
    '50 MB of text': article('cells '.repeat(8_500_000)),
    'a million paragraphs': `<article>${'<p/>'.repeat(1_100_000)}</article>`,
    'a million attributes': `<article ${'a="" '.repeat(1_100_000)}/>`,
  };
  for (const [name, xml] of Object.entries(bigDocuments)) assert.equal(readOrRefuse(xml), undefined, name);
});

test('a document that is extreme in one way within the limits is read or rejected', () => {
  const half = 100_000;
  const documents = {
    'deep, never closed': '<a>'.repeat(half),
    'deep, closed': `${'<sec>'.repeat(half)}${'</sec>'.repeat(half)}`,
    'one long word': article('a'.repeat(half)),
    'one long tag': `<${'a'.repeat(half)}>`,
    'an attribute without end': `<article a="${'x '.repeat(half)}`,
    'a comment without end': article(`<!--${'- - '.repeat(half)}`),
    'a CDATA section without end': article(`<![CDATA[${']] '.repeat(half)}`),
    'many references': article('&amp;&#x41;'.repeat(half / 10)),
    'angle brackets': '<'.repeat(half),
    'nested reference lists': `<article>${'<ref-list>'.repeat(half)}${'</ref-list>'.repeat(half)}</article>`,
  };
  const read = Object.entries(documents).map(([name, xml]) => [name, readOrRefuse(xml)?.join('').length]);
  assert.deepEqual(
    read.filter(([, length]) => length !== undefined),
    [
      ['one long word', half],
      ['many references', half / 5],
      ['nested reference lists', 0],
    ],
  );
  const deepest = `${'<sec>'.repeat(200)}<p>x</p>${'</sec>'.repeat(200)}`;
  assert.deepEqual(textOf(`<article>${deepest}</article>`), ['x']);
});

test('a byte order mark is ignored, other encodings are named', () => {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE article>\n<article><p>naïve β</p></article>';
  assert.deepEqual(textOf(`\ufeff${xml}`), ['naïve β']);
  const asUtf8 = (bytes: Buffer) => () => textOf(bytes.toString('utf8'));
  assert.throws(asUtf8(Buffer.from(`\ufeff${xml}`, 'utf16le')), /NUL characters, like UTF-16/);
  const latin1 = Buffer.from(xml.replace('UTF-8', 'ISO-8859-1').replace('β', 'b'), 'latin1');
  assert.throws(asUtf8(latin1), /written in ISO-8859-1; save it as UTF-8/);
  assert.deepEqual(textOf('<?xml version="1.0" encoding="ISO-8859-1"?><article><p>plain</p></article>'), [
    'plain',
  ]);
  const invalid = Buffer.concat([
    Buffer.from('<article><p>a'),
    Buffer.from([0xc3, 0xff, 0xed, 0xa0, 0x80]),
    Buffer.from('b</p></article>'),
  ]);
  assert.match(textOf(invalid.toString('utf8'))[0], /^a\ufffd+b$/);
});

test('reference lists are skipped, whatever they contain', () => {
  const list =
    '<ref-list><ref-list><ref>a<![CDATA[<b>]]></ref></ref-list><ref>&amp;</ref></ref-list><ref-list/>';
  const shape = (node: XmlNode): unknown =>
    typeof node === 'string' ? node : [node.name, node.attributes.count, ...node.children.map(shape)];
  assert.deepEqual(parseXml(`<article>${list}<p>x</p></article>`, 'x.xml').map(shape), [
    ['article', undefined, ['ref-list', '2'], ['ref-list', undefined], ['p', undefined, 'x']],
  ]);
});

const PIECES = [
  '<',
  '>',
  '&',
  '</p>',
  '<p>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?x ',
  '?>',
  '"',
  "'",
  '\0',
  '&#xD800;',
];
const MORE_PIECES = [
  '&#99999999;',
  '<!DOCTYPE a [',
  '<ref-list>',
  '</article>',
  '=',
  '/>',
  '<__proto__>',
  '<constructor/>',
];

/** Damages a real article: truncates it, changes bytes, inserts, deletes or repeats parts. */
function damaged(original: Buffer, random: Random): Buffer {
  const somewhere = () => random.below(original.length);
  const at = somewhere();
  const end = Math.min(original.length, at + random.below(3_000));
  const kind = random.below(5);
  if (kind === 0) return original.subarray(0, at);
  if (kind === 1) return Buffer.concat([original.subarray(0, at), original.subarray(end)]);
  if (kind === 2) return Buffer.concat([original.subarray(0, end), original.subarray(at)]);
  if (kind === 3) {
    const pieces = [...PIECES, ...MORE_PIECES];
    const piece = Buffer.from(pieces[random.below(pieces.length)]);
    return Buffer.concat([original.subarray(0, at), piece, original.subarray(at)]);
  }
  const changed = Buffer.from(original);
  for (let count = 1 + random.below(10); count > 0; count--) changed[somewhere()] ^= 1 << random.below(8);
  return changed;
}

const mirror = mirrorFolder();
test('damaged articles of the mirror are read or rejected', {
  skip: mirror ? false : 'needs FALCONFRAMES_MIRROR',
}, () => {
  const folder = join(mirror!, 'europepmc', 'fulltext');
  const names = readdirSync(folder).sort();
  const random = createRandom(5);
  let refused = 0;
  for (let round = 0; round < 80; round++) {
    const original = readFileSync(join(folder, names[random.below(names.length)]));
    if (!readOrRefuse(damaged(original, random).toString('utf8'))) refused++;
  }
  assert.ok(refused > 30 && refused < 78, `${refused} of 80 refused`);
});
