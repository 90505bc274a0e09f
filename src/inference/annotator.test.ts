import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { exportToOnnx, quantizeFolder } from '../onnx';
import { loadAnnotator } from './annotator';
import { inCodePoints } from './offsets';

const SENTENCE = 'Primary T cells 𝛽 and liver (p.V600E) grew; naïve 🧬 cells did not. ';

test('entity offsets reproduce the mentions in texts of many kinds', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  quantizeFolder(folder);
  const annotator = await loadAnnotator(folder, { threads: 1 });
  const piece = fc.oneof(
    fc.constantFrom(SENTENCE, 'cells. ', '\n\n', ' ', '\t', '🧬', 'p.V600E', '\u0000', '\ud83e', 'ﬁ', 'é'),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  );
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      const text = pieces.join('');
      const entities = await annotator.annotate(text);
      found += entities.length;
      const codePoints = Array.from(text);
      inCodePoints(entities, text).forEach((counted, index) => {
        const { start, end, text: mention, score } = entities[index];
        assert.ok(start < end);
        assert.equal(mention, text.slice(start, end));
        assert.equal(mention, codePoints.slice(counted.start, counted.end).join(''));
        assert.ok(score >= 0 && score <= 1);
      });
    }),
    { numRuns: 60, seed: 11 },
  );
  assert.ok(found > 100, `${found} entities are too few to show anything`);
});

test('a sentence is annotated the same wherever it occurs in a text', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const annotator = await loadAnnotator(folder, { quantized: false, threads: 1 });
  const alone = await annotator.annotate(SENTENCE);
  assert.ok(alone.length > 0);
  // Shares no word with the sentence, since equal words are annotated the same throughout a text.
  const before = 'Zzz\n\n';
  const later = (await annotator.annotate(`${before}${SENTENCE}`)).filter(
    ({ start }) => start >= before.length,
  );
  assert.deepEqual(
    later.map(({ start, end, label, text }) => ({
      start: start - before.length,
      end: end - before.length,
      label,
      text,
    })),
    alone.map(({ start, end, label, text }) => ({ start, end, label, text })),
  );
});

test('a line of 100,000 characters is annotated to its end, a text of white space has no entities', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const annotator = await loadAnnotator(folder, { quantized: false });
  for (const text of ['t cells '.repeat(12_500), 'x'.repeat(100_000)]) {
    const entities = await annotator.annotate(text);
    assert.equal(text.length, 100_000);
    for (const entity of entities) assert.equal(entity.text, text.slice(entity.start, entity.end));
    assert.ok(text.startsWith('x') || entities.at(-1)!.end > 99_000);
  }
  assert.deepEqual(await annotator.annotate(' \n\t'), []);
  assert.deepEqual(await annotator.annotate(''), []);
});

test('a folder without ONNX files runs from its weights; a missing requested file is reported', async (t) => {
  const folder = copyTinyBert(t);
  const fromWeights = await (await loadAnnotator(folder)).annotate(SENTENCE);
  await assert.rejects(loadAnnotator(folder, { quantized: true }), InputError);
  exportToOnnx(folder);
  assert.deepEqual(await (await loadAnnotator(folder)).annotate(SENTENCE), fromWeights);
  rmSync(join(folder, 'onnx'), { recursive: true });
  rmSync(join(folder, 'model.safetensors'));
  await assert.rejects(loadAnnotator(folder), InputError);
});
