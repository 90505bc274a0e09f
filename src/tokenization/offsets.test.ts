import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../foundation';
import { decodeSpans } from '../tasks';
import { labelsToSpans, rangeOfTokens } from './decoded-labels';
import { spansToLabels } from './labels';
import { copyPublished, nastyTexts, PUBLISHED, publishedFolder } from './published.fixture';
import type { TagSet } from './tag-set';
import { Tokenizer } from './tokenizer';
import { readTokenizerFile, type TokenizerFile } from './tokenizer-file';

const parts = [
  'cell',
  'HeLa',
  'é',
  'e\u0301',
  '細胞',
  '😀',
  '👩‍🔬',
  ' ',
  '  ',
  '\n',
  '\u00a0',
  '\u3000',
  "isn't",
  '𝛽',
  'ﬁ',
  '.',
];
const pieces = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'grapheme', maxLength: 4 })), {
  maxLength: 20,
});
const texts = pieces.map((drawn) => drawn.join(''));
/** With control characters and unassigned code points, which only byte-level tokenizers keep. */
const anyText = fc.oneof(
  texts,
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constant('cell \ud83d gene'),
);

for (const name of PUBLISHED) {
  const tokenizer = new Tokenizer(publishedFolder(name));
  const isByteLevel = name.startsWith('roberta');

  test(`${name}: tokens are in order, within the text, and cover each visible character`, async () => {
    // WordPiece drops control characters, and accents that follow no letter.
    const dropped = isByteLevel ? /\p{White_Space}/u : /[\p{White_Space}\p{C}\p{M}\ufffd]/u;
    await fc.assert(
      fc.asyncProperty(isByteLevel ? anyText : texts, async (text) => {
        const [{ ids, starts, ends }] = await tokenizer.encode([text]);
        const covered = new Uint8Array(text.length);
        ids.forEach((_, token) => {
          assert.ok(0 <= starts[token] && starts[token] <= ends[token] && ends[token] <= text.length);
          if (token > 0) assert.ok(starts[token] >= starts[token - 1] && ends[token] >= ends[token - 1]);
          covered.fill(1, starts[token], ends[token]);
          if (isByteLevel)
            assert.equal(
              text.slice(starts[token], ends[token]).match(/^\p{White_Space}|\p{White_Space}$/u),
              null,
            );
        });
        let place = 0;
        for (const character of text) {
          if (!dropped.test(character)) assert.ok(covered[place], `${JSON.stringify(text)} at ${place}`);
          place += character.length;
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test(`${name}: given words each have a token, within the word`, async () => {
    const word = fc.oneof(
      fc.constantFrom(...parts.filter((part) => part.trim() !== '')),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 12 }), async (words) => {
        const ranges = words.map((own, index) => {
          const start = words.slice(0, index).join('').length;
          return { start, end: start + own.length };
        });
        const [encoded] = await tokenizer.encodeWords([{ text: words.join(''), words: ranges }]);
        assert.deepEqual([...new Set(encoded.words)], [...words.keys()]);
        encoded.words.forEach((own, token) => {
          assert.ok(encoded.starts[token] >= ranges[own].start && encoded.ends[token] <= ranges[own].end);
        });
      }),
      { seed: 6, numRuns: 100 },
    );
  });
}

test('a character of several bytes belongs as a whole to each of its tokens', async () => {
  const tokenizer = new Tokenizer(publishedFolder('roberta'));
  const text = 'a 𐀀b';
  const [{ ids, starts, ends }] = await tokenizer.encode([text]);
  const slices = Array.from(ids, (_, token) => text.slice(starts[token], ends[token]));
  // The blank, then the four bytes.
  assert.deepEqual(slices, ['a', '', '𐀀', '𐀀', '𐀀', '𐀀', 'b']);
});

test('a word of 200,000 letters is tokenized', async () => {
  const tokenizer = new Tokenizer(publishedFolder('roberta'));
  const [{ ids, ends }] = await tokenizer.encode(['x'.repeat(200_000)]);
  assert.deepEqual([ids.length, ends.at(-1)], [200_000, 200_000]);
});

test('blanks that a byte-level tagger marks at the edges of a mention, or alone, are not part of it', async () => {
  const tokenizer = new Tokenizer(publishedFolder('roberta'));
  const [encoded] = await tokenizer.encode(['gene  cells  .']);
  const blanks = [...encoded.ids.keys()].filter((token) => encoded.starts[token] === encoded.ends[token]);
  assert.equal(blanks.length, 3);
  const gene = { start: 0, end: 4, label: 'x' };
  const cells = { start: 6, end: 11, label: 'x' };
  for (const tagSet of [
    { scheme: 'bio', labels: ['x'] },
    { scheme: 'exclusive', labels: ['x'] },
  ] satisfies TagSet[]) {
    const outputs = tagSet.scheme === 'bio' ? 2 : 3;
    const [begin, inside] = tagSet.scheme === 'bio' ? [0, 1] : [1, 2];
    const { labels, widened } = spansToLabels(encoded, [gene, cells], tagSet);
    assert.deepEqual([widened, labelsToSpans(encoded, labels, tagSet)], [[], [gene, cells]]);
    const mark = (token: number, output: number) => {
      labels.fill(0, token * outputs, (token + 1) * outputs);
      labels[token * outputs + output] = 1;
    };
    mark(blanks[0], inside); // continues gene
    mark(blanks[1], begin); // stands alone or opens
    mark(blanks[2], inside);
    assert.deepEqual(labelsToSpans(encoded, labels, tagSet), [gene, cells]);
  }
});

test('mentions of whole words survive labels and logits of a byte-level tagger', async () => {
  const tokenizer = new Tokenizer(publishedFolder('roberta'));
  const bio: TagSet = { scheme: 'bio', labels: ['x'] };
  const exclusive: TagSet = { scheme: 'exclusive', labels: ['x'], words: 'all-inside' };
  let withBlank = 0;
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      async (text, chosen) => {
        const [encoded] = await tokenizer.encode([text]);
        const spans: Span[] = [];
        for (let first = 0, word = 0; first < encoded.ids.length; word++) {
          let behind = first;
          while (behind < encoded.ids.length && encoded.words[behind] === encoded.words[first]) behind++;
          const range = rangeOfTokens(encoded, first, behind);
          if (range && chosen[word % 60]) spans.push({ ...range, label: 'x' });
          if (range && encoded.starts[first] === encoded.ends[first]) withBlank++;
          first = behind;
        }
        for (const tagSet of [bio, exclusive]) {
          const { labels, lost, widened } = spansToLabels(encoded, spans, tagSet);
          assert.deepEqual([lost, widened, labelsToSpans(encoded, labels, tagSet)], [[], [], spans]);
          const logits = Float32Array.from(labels, (label) => (label ? 4 : -4));
          const decoded = decodeSpans(encoded, logits, tagSet, 0.5);
          assert.deepEqual(
            decoded.map(({ score: _, ...span }) => span),
            spans,
          );
        }
      },
    ),
    { seed: 7, numRuns: 200 },
  );
  assert.ok(withBlank > 10, 'some words begin with a token of the blank before them');
});

test('offsets are trimmed, whatever the file says about it', async (context) => {
  for (const name of ['roberta', 'roberta-prefix'] as const) {
    const folder = copyPublished(context, name);
    const file = readTokenizerFile(folder) as TokenizerFile &
      Record<'pre_tokenizer' | 'post_processor', object>;
    const { pre_tokenizer, post_processor } = file;
    const write = (trim_offsets: boolean) => {
      const parts = {
        pre_tokenizer: { ...pre_tokenizer, trim_offsets },
        post_processor: { ...post_processor, trim_offsets },
      };
      writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ ...file, ...parts }));
      return new Tokenizer(folder);
    };
    const [trimmed, untrimmed] = [
      await write(true).encode(nastyTexts),
      await write(false).encode(nastyTexts),
    ];
    assert.deepEqual(untrimmed, trimmed);
    nastyTexts.forEach((text, index) => {
      const { starts, ends } = untrimmed[index];
      starts.forEach((start, token) => {
        const slice = text.slice(start, ends[token]);
        assert.equal(slice.match(/^\p{White_Space}|\p{White_Space}$/u), null, JSON.stringify(slice));
      });
    });
  }
});
