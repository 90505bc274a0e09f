import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTITY_CLASSES } from '../../foundation';
import { unteachableClasses } from './teachable';

test('classes that cannot be learned are named, sentences that know none refused', () => {
  const sentence = { article: 'A', section: '', paragraph: 0, offset: 0, text: 'T cell', spans: [] };
  assert.throws(
    () => unteachableClasses([{ ...sentence, annotated: [] }], 'x.jsonl'),
    /x.jsonl: no sentence/,
  );
  const cell = { start: 0, end: 6, label: 'Cell' as const };
  const found = unteachableClasses([{ ...sentence, spans: [cell], annotated: ['Cell', 'Cell Line'] }], 'x');
  assert.deepEqual(
    found.map(({ label }) => label),
    ENTITY_CLASSES.filter((label) => label !== 'Cell'),
  );
});
