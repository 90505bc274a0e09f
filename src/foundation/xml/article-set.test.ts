import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { articlesOfSet } from './article-set';

/** Splits a text that arrives in chunks of `size` characters into articles. */
async function cut(text: string, size = text.length): Promise<string[]> {
  async function* pieces() {
    for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
  }
  const articles: string[] = [];
  for await (const article of articlesOfSet(pieces())) articles.push(article);
  return articles;
}

const first =
  '<article a="x > y"><!-- </article> <article> --><body><p>1 <![CDATA[</article>]]></p></body><sub-article><p/></sub-article><?x </article> ?></article>';
const second = "<j:article\n id='2'><response><article-title>b</article-title></response></j:article >";

test('each article of a set is returned unchanged, however the file is chunked', async () => {
  const set = `<?xml version="1.0"?>\n<!-- <article> --><pmc-articleset>\n${first}\n<article-set/>${second}<article/></pmc-articleset>`;
  for (const size of [1, 2, 3, 7, 64, 10_000])
    assert.deepEqual(await cut(set, size), [first, second, '<article/>'], `pieces of ${size}`);
  assert.deepEqual(await cut('<html><p>no</p></html>'), []);
  assert.deepEqual(await cut(''), []);
});

test('a damaged article does not affect the others', async () => {
  const broken = '<article><p a="x><b</p>';
  assert.deepEqual(await cut(`<articles>${first}${broken}${second}</articles>`, 5), [first, broken, second]);
});

test('an article truncated by the end of the file is returned as far as it goes', async () => {
  for (const end of ['<article><p>HeLa', '<article><p>HeLa</p><fi', '<article><!-- x'])
    assert.deepEqual(await cut(`<articles>${second}${end}`, 4), [second, end]);
});

test('entities declared in the file are included with every article', async () => {
  const doctype = '<!DOCTYPE articles [<!ENTITY hela "HeLa">]>';
  assert.deepEqual(await cut(`${doctype}<articles><article>&hela;</article><article/></articles>`, 9), [
    `${doctype}<article>&hela;</article>`,
    `${doctype}<article/>`,
  ]);
  assert.deepEqual(await cut('<!DOCTYPE article SYSTEM "a.dtd"><article/>'), ['<article/>']);
});

test('an article beyond the limit is returned once, truncated, and the next is found', async () => {
  async function* pieces() {
    yield '<articles><article><p>';
    for (let megabyte = 0; megabyte < 30; megabyte++) yield 'x'.repeat(1_000_000);
    yield `</p></article>${second}</articles>`;
  }
  const lengths: number[] = [];
  for await (const article of articlesOfSet(pieces())) lengths.push(article.length);
  assert.equal(lengths.length, 2);
  assert.ok(lengths[0] > 10_000_000 && lengths[0] < 12_000_000, String(lengths[0]));
  assert.equal(lengths[1], second.length);
});

test('any text is split the same way however it is chunked, in linear time', async () => {
  const piece = fc.constantFrom(
    '<article>',
    '</article>',
    '<article ',
    '/>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '"',
    '<',
    '>',
    'x',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 9 }), async (parts, size) => {
      assert.deepEqual(await cut(parts.join(''), size), await cut(parts.join('')));
    }),
    { numRuns: 300, seed: 1 },
  );
  const start = performance.now();
  for (const hostile of ['<"', '<', '<article ', '<!', '<!--', '<article><![CDATA[', '"', '</article'])
    await cut(hostile.repeat(500_000), 65_536);
  assert.ok(performance.now() - start < 20_000);
});
