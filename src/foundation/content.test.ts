import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type ContentKind, kindOfContent, whyUnusable } from './content';

const kindOf = (content: string, encoding: BufferEncoding = 'utf8') =>
  kindOfContent(Buffer.from(content, encoding));

test('the kind of a file is detected from its first bytes', () => {
  const cases: [ContentKind, string][] = [
    ['pdf', '%PDF-1.4\n1 0 obj'],
    ['html', '<html><body><p>HeLa cells &amp; T cells'],
    ['html', '\ufeff\n<!doctype HTML>\n<title>HeLa</title>'],
    ['html', '<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="http://www.w3.org/1999/xhtml">'],
    ['html', '<!-- saved --><HTML lang="en">'],
    ['html', '<div class="article">HeLa</div>'],
    ['rtf', '{\\rtf1\\ansi HeLa}'],
    ['postscript', '%!PS-Adobe-3.0'],
    ['git-lfs-pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n'],
    ['json-array', '[{"id":"a","text":"HeLa cells"}]'],
    ['json-array', ' \n[ ["O"] ]'],
    ['json-object', '{"id":"a","text":"a \\"documents\\": [ b"}'],
    ['bioc-json', '{"source": "PMC", "documents": [{"id": "1", "passages": []}]}'],
    ['bioc-json', '[{"bioctype": "BioCCollection", "source": "PMC"}]'],
    ['bioc-json', '{"_id": "1|None", "id": "1", "infons": {}, "passages": [{"infons": {}}]}'],
    ['bioc-json', '{"PubTator3": [{"id": "1"}]}'],
    ['bioc-xml', '<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><source>PMC'],
    ['bioc-xml', "<?xml version='1.0' encoding='utf-8'?>\n<collection>\n  <source>PubTator</source>"],
    ['pubtator', '1560033|t|Hypertrophic chondrocytes\n1560033|a|Conditions'],
    ['pubtator', '\ufeff\n1560033|t|Hypertrophic'],
    ['xml', '<pmc-articleset><article><body>'],
    ['xml', '<?xml version="1.0"?>\n<!DOCTYPE article [<!ENTITY hela "HeLa">]>\n<!-- a --><article>'],
    ['xml', '<nlm:article xmlns:nlm="x">'],
    ['xml', '<collection><shelf>'],
    ['text', 'HeLa cells'],
    ['text', ''],
    ['text', '<i>In vitro</i> growth of HeLa cells'],
    ['text', '<5% of the cells'],
    ['text', '[HeLa cells] were grown'],
    ['text', '[1] Smith et al.'],
    ['text', 'a|b|c'],
    ['text', 'PAR2 is a receptor'],
    ['text', 'BZhang and others'],
  ];
  for (const [kind, content] of cases) assert.equal(kindOf(content), kind, content);
});

test('binary formats are recognized, and each error says what to do', () => {
  const cases: [ContentKind, Uint8Array][] = [
    ['gzip', gzipSync('x')],
    ['zip', Buffer.from('PK\x03\x04\x14\0\0\0\x08\0aaaabbbbccccdddd\x05\0\0\0a.txt', 'latin1')],
    [
      'office',
      Buffer.from('PK\x03\x04\x14\0\x06\0\x08\0aaaabbbbccccdddd\x13\0\0\0[Content_Types].xml', 'latin1'),
    ],
    ['office', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['compressed', Buffer.from('fd377a585a00', 'hex')],
    ['image', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['image', Buffer.from('ffd8ffe0', 'hex')],
    ['parquet', Buffer.from('PAR1\x15\0', 'latin1')],
    ['sqlite', Buffer.from('SQLite format 3\0\x10\0', 'latin1')],
    ['utf-16', Buffer.from('\ufeffHeLa', 'utf16le')],
    ['utf-16', Buffer.from('\ufeffHeLa', 'utf16le').swap16()],
    ['utf-16', Buffer.from('HeLa cells in the liver', 'utf16le')],
    ['utf-32', Buffer.from('fffe000048000000', 'hex')],
    ['binary', Buffer.from('HeLa\0cells')],
    ['binary', Buffer.alloc(600)],
  ];
  for (const [kind, content] of cases) assert.equal(kindOfContent(content), kind, kind);
  for (const kind of ['zip', 'office', 'pdf', 'html', 'tar', 'binary'] as const) {
    assert.match(whyUnusable(kind)!, /^(?:is|contains) .+; \w/);
  }
  for (const kind of ['text', 'gzip', 'utf-16', 'xml', 'bioc-json'] as const)
    assert.equal(whyUnusable(kind), undefined);
});

test('a tar archive is recognized by its magic or by the checksum of its first header', () => {
  const header = Buffer.alloc(1024);
  header.write('PMC1.xml');
  header.write('0000644\0', 100);
  header.write('00000000012\0', 124);
  header.fill(' ', 148, 156);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  assert.equal(kindOfContent(header), 'tar');
  header.write('PMC2');
  assert.equal(kindOfContent(header), 'binary');
  header.write('ustar', 257);
  assert.equal(kindOfContent(header), 'tar');
});

test('any bytes are classified quickly', () => {
  const pieces = fc.constantFrom(
    '<',
    '!DOCTYPE',
    '[',
    ']>',
    '-->',
    '<!--',
    '?>',
    '<?xml ',
    ' ',
    '{',
    '"',
    '|t|',
    'a',
    '\0',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        fc.array(pieces).map((parts) => Buffer.from(parts.join(''))),
      ),
      (bytes) => {
        assert.equal(typeof kindOfContent(bytes), 'string');
      },
    ),
  );
  const started = performance.now();
  for (const part of ['<!DOCTYPE ', '<!--', '[ ', '<a', '"documents" ', '{"', ' ', '[1', '<!-- -->', '<?a?>'])
    kindOf(part.repeat(5000));
  assert.ok(performance.now() - started < 5000);
});
