import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../foundation';
import { copyTinyBert } from '../../nn/tiny-bert.fixture';
import { exportToOnnx, quantizeFolder } from '../../onnx';
import { loadAnnotator } from '../annotator';
import type { Entity } from '../create-annotator';
import { processCorpus } from './process-corpus';
import type { Source } from './sources';

const WORDS = [
  'T cells',
  'liver',
  'p.V600E',
  '𝛽',
  '🧬',
  'naïve.',
  'Brain',
  '(HeLa)',
  '\n\n',
  'grew.',
  '\u2028',
];

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

/** Distinct documents of words that the tiny tagger marks, some damaged, some as sentences. */
function* documents(count: number): Generator<Source> {
  for (let index = 0; index < count; index++) {
    const words = Array.from(
      { length: 1 + ((index * 37) % 60) },
      (_, place) => WORDS[(index + place * (1 + (index % 5))) % WORDS.length],
    );
    const text = `${words.join(' ')} end.`;
    const common = { place: `line ${index}`, bytes: text.length };
    if (index % 13 === 5) yield { kind: 'damaged', reason: 'broken', ...common };
    else if (index % 7 === 3) {
      const sentences = ['T cells grew.', text].map((part, place) => ({
        paragraph: 0,
        offset: place,
        text: part,
      }));
      yield { kind: 'sentences', article: `a${index}`, sentences, ...common };
    } else yield { kind: 'document', id: `d${index}`, text, ...common };
  }
}

async function* streamed<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}

const IN_UTF16 = { kind: 'annotate', offsets: 'utf16' } as const;

test('one worker and three workers give the lines of a single annotator, in source order', async (t) => {
  const model = copyTinyBert(t);
  exportToOnnx(model);
  quantizeFolder(model);
  const outputs: string[] = [];
  for (const workers of [1, 3]) {
    const batches = await collect(
      processCorpus(streamed(documents(800)), { model, workers, work: IN_UTF16 }),
    );
    outputs.push(batches.map(({ lines }) => lines).join(''));
    const sum = (key: 'documents' | 'sources' | 'entities') =>
      batches.reduce((total, batch) => total + batch[key], 0);
    const damages = batches.flatMap((batch) => batch.damages);
    assert.equal(sum('sources'), 800);
    assert.equal(sum('documents') + damages.length, 800);
    assert.equal(damages[0], 'line 5: broken');
    assert.ok(batches.length >= 2 && sum('entities') > 1000);
  }
  assert.equal(outputs[0], outputs[1]);
  const ids = outputs[0]
    .trimEnd()
    .split('\n')
    .map((line) => Number(JSON.parse(line).id.slice(1)));
  assert.deepEqual(
    ids,
    ids.toSorted((one, other) => one - other),
  );
  // fp32, whose logits do not depend on the batch.
  const settings = { model, quantized: false, workers: 2, work: IN_UTF16 } as const;
  const annotator = await loadAnnotator(model, { quantized: false, threads: 1 });
  const byId = new Map(
    [...documents(40)].flatMap((one) => (one.kind === 'document' ? [[one.id, one.text]] : [])),
  );
  const lines = await linesOf(processCorpus(streamed(documents(40)), settings));
  for (const { id, entities } of lines) {
    const text = byId.get(id);
    if (text === undefined) continue;
    const alone = await annotator.annotate(text);
    assert.deepEqual(entities.map(withoutScore), alone.map(withoutScore));
  }
});

const withoutScore = ({ score, ...rest }: Entity) => rest;

async function linesOf(
  batches: AsyncIterable<{ lines: string }>,
): Promise<{ id: string; entities: Entity[] }[]> {
  const all = (await collect(batches)).map(({ lines }) => lines).join('');
  return all
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('every offset reproduces its text, in both units, in documents of many kinds', async (t) => {
  const model = copyTinyBert(t);
  exportToOnnx(model);
  const piece = fc.oneof(
    fc.constantFrom(...WORDS, ' ', '\t', 'é', 'ﬁ'),
    fc.string({ unit: 'grapheme', maxLength: 9 }),
  );
  const texts = fc
    .sample(fc.array(piece, { minLength: 1, maxLength: 30 }), { numRuns: 300, seed: 17 })
    .map((pieces) => `x ${pieces.join('')}`);
  for (const offsets of ['utf16', 'codepoints'] as const) {
    const sources = texts.map(
      (text, index): Source => ({ kind: 'document', id: String(index), text, place: '', bytes: 1 }),
    );
    const lines = await linesOf(
      processCorpus(streamed(sources), { model, workers: 2, work: { kind: 'annotate', offsets } }),
    );
    assert.equal(lines.length, texts.length);
    let found = 0;
    lines.forEach(({ entities }, index) => {
      const units = offsets === 'utf16' ? texts[index] : Array.from(texts[index]);
      for (const { start, end, text } of entities) {
        const slice = units.slice(start, end);
        assert.equal(typeof slice === 'string' ? slice : slice.join(''), text);
        found++;
      }
    });
    assert.ok(found > 300, `${found} entities are too few to show anything`);
  }
});

test('sources are read only as fast as results are consumed, whatever their number', async (t) => {
  const model = copyTinyBert(t);
  exportToOnnx(model);
  let taken = 0;
  let done = 0;
  let mostHeld = 0;
  async function* counted(): AsyncGenerator<Source> {
    while (taken < 6000) {
      taken++;
      mostHeld = Math.max(mostHeld, taken - done);
      yield { kind: 'document', id: `d${taken}`, text: 'T cells', place: '', bytes: 7 };
    }
  }
  for await (const batch of processCorpus(counted(), { model, workers: 1, work: IN_UTF16 })) {
    done += batch.sources;
    await new Promise((resolve) => setTimeout(resolve, 20)); // a slow reader
  }
  assert.equal(done, 6000);
  assert.ok(mostHeld <= 5 * 512, `${mostHeld} sources were held at once`);
});

test('an unusable model is reported once, and the threads end', async (t) => {
  const model = copyTinyBert(t);
  const corpus = processCorpus(streamed(documents(800)), {
    model,
    quantized: true,
    workers: 2,
    work: IN_UTF16,
  });
  await assert.rejects(collect(corpus), InputError);
});
