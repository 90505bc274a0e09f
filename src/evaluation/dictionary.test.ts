import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaggedText } from '../tasks';
import { BIO } from '../tokenization/tag-set.fixture';
import { tagByDictionary } from './dictionary';
import { sentence, span } from './gold.fixture';

test('the dictionary finds the longest training mentions of whole words, ignoring case', () => {
  const training = [
    sentence(
      'T cells and CD4+ T cells',
      [
        [0, 7, 'Cell'],
        [12, 24, 'Cell'],
      ],
      ['Cell'],
    ),
    sentence('HeLa', [[0, 4, 'Cell Line']], ['Cell Line']),
  ];
  const text = 'cd4+ T CELLS of HeLaX, t cells, HeLa';
  // One token, the last word.
  const encoded = { ids: [1], starts: [32], ends: [36] } as unknown as TaggedText['encoded'];
  const tagged = [{ encoded, logits: new Float32Array(8), spans: [] }];
  const [{ spans, logits }] = tagByDictionary(training, [sentence(text, [], ['Cell'])], tagged, BIO);
  assert.deepEqual(
    spans.map(({ score: _, ...found }) => found),
    [span(0, 12, 'Cell'), span(23, 30, 'Cell'), span(32, 36, 'Cell Line')],
  );
  assert.deepEqual([...logits].map(Math.sign), [-1, -1, -1, -1, 1, -1, -1, -1]);
});

test('a dictionary without training mentions finds nothing', () => {
  const encoded = { ids: [], starts: [], ends: [] } as unknown as TaggedText['encoded'];
  const tagged = [{ encoded, logits: new Float32Array(0), spans: [] }];
  assert.deepEqual(tagByDictionary([], [sentence('HeLa', [], ['Cell'])], tagged, BIO)[0].spans, []);
});
