import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { jatsToParagraphs } from './jats';
import { parseXml } from './xml';

const article = (inside: string, before = '') => `${before}<article><body><p>${inside}</p></body></article>`;
const textOf = (xml: string) => jatsToParagraphs(xml, 'x.xml').map(({ text }) => text);

test('a DOCTYPE is accepted and nothing of it is read', () => {
  const doctypes = [
    '<!DOCTYPE article PUBLIC "-//NLM//DTD > v3//EN" "archive[article].dtd">',
    '<!DOCTYPE article [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"> <!-- > ] -->]>',
    '<!DOCTYPE article [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
  ];
  for (const doctype of doctypes)
    assert.deepEqual(textOf(article('x &a; y', `<?xml version="1.0"?>\n${doctype}\n`)), ['x &a; y']);
});

test('an entity bomb stays as small as it is written', () => {
  const levels = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join(
    '',
  );
  assert.deepEqual(textOf(article('&e20;', `<!DOCTYPE a [<!ENTITY e0 "lol">${levels}]>`)), ['&e20;']);
});

test('character references are decoded once', () => {
  assert.deepEqual(textOf(article('&#956;g &#x1D6FD; &beta; &amp;lt; a&lt;b &nosuch; &#0;')), [
    'μg 𝛽 β &lt; a<b &nosuch; \ufffd',
  ]);
});

test('what is not well-formed is named by file and line', () => {
  assert.throws(
    () => parseXml('<article>\n<p>text\n</article>', 'a.xml'),
    (error: Error) => error instanceof InputError && /^a\.xml line \d+: not well-formed/.test(error.message),
  );
  assert.throws(() => parseXml('<!DOCTYPE article [', 'a.xml'), /DOCTYPE has no end/);
  assert.throws(() => parseXml('<a>'.repeat(5000) + '</a>'.repeat(5000), 'a.xml'), InputError);
});

test('any text either reads or fails with an InputError', () => {
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
