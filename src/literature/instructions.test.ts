import assert from 'node:assert/strict';
import { test } from 'node:test';
import { integerInstructions } from './instructions';

test('instructions are recognized by whole flags', () => {
  const present = (flags: string) =>
    integerInstructions(`processor : 0\nflags\t\t: ${flags}\nbugs : avx512_vnni\n`)!
      .filter((own) => own.present)
      .map(({ name }) => name);
  assert.deepEqual(present('sse avx2 fma'), ['AVX2']);
  assert.deepEqual(present('avx2 avx512f'), ['AVX2']);
  assert.deepEqual(present('avx2 avx512f avx512bw avx512_vnni'), ['AVX2', 'AVX-512', 'AVX-512 VNNI']);
});

test('other processors have no description', () => {
  assert.equal(integerInstructions('processor : 0\nFeatures : asimddp'), undefined);
});
