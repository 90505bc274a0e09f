import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadClassifier } from '../inference';
import { freshTensors, parameterShapes, SequenceClassifier } from '../nn';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { exportToOnnx, fuseFolder, quantizeFolder, quantizeFolderStatically } from '../onnx';
import { distil, readDistillationConfiguration } from './distil';
import { pruneStructure, readSparsityConfiguration, sparsify } from './prune';
import { trimVocabulary } from './trim';

const LABELS = ['transfer', 'card', 'cash'];

/** Wide enough for 8-bit and 4-bit weights. */
const SHAPE = {
  ...{ vocabularySize: 82, embeddingSize: 32, hiddenSize: 32, layers: 2, attentionHeads: 4 },
  ...{ intermediateSize: 64, maximumPositions: 32, paddingId: 1, layerNormEpsilon: 1e-12 },
  ...{ hiddenDropout: 0.1, attentionDropout: 0.1, sequenceDropout: 0.1 },
};

/** Every encoder, with its token types. */
const ENCODERS = { bert: 2, distilbert: 0, electra: 2, mpnet: 0, roberta: 1 };

/** A classifier with random weights, so large that every part of it moves the scores, and labelled texts. */
function prepared(t: TestContext, type: keyof typeof ENCODERS) {
  const parent = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const of = (name: string) => join(parent, name);
  const encoder = { ...SHAPE, type, tokenTypes: ENCODERS[type] };
  if (type === 'electra') encoder.embeddingSize = 24;
  const head = { labels: LABELS, outcome: 'one', maximumLength: 32, threshold: 0.5 } as const;
  const tensors = freshTensors(parameterShapes(encoder, { kind: 'sequence', labels: LABELS }), 1);
  for (const { shape, data } of tensors.values())
    if (shape.length > 1) for (let place = 0; place < data.length; place++) data[place] *= 6;
  const network = new SequenceClassifier({ ...head, encoder }, tinyBertFolder, tensors);
  network.save(of('model'));
  network.dispose();
  const texts = Array.from({ length: 24 }, (_, index) => ({
    text: `${'abc'[index % 3]} ${index}`,
    label: LABELS[index % 3],
  }));
  const data = of('texts.jsonl');
  for (const file of [data, of('dev.jsonl')])
    writeFileSync(file, texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
  const configurationWith = (part: object) => {
    const run = { train: [data], dev: [of('dev.jsonl')], epochs: 1, batchSize: 8 };
    writeFileSync(of('run.json'), JSON.stringify({ ...run, ...part }));
    return of('run.json');
  };
  return { model: of('model'), of, data, texts: texts.map(({ text }) => text), configurationWith };
}

/** Classifies texts with the model of a folder, with its own labels. */
async function answersOf(folder: string, texts: readonly string[], quantized?: boolean): Promise<number[][]> {
  await using classifier = await loadClassifier(folder, { threads: 1, quantized });
  assert.deepEqual(classifier.labels, LABELS);
  const ranked = await classifier.classifyTexts(texts);
  return ranked.map((own) => LABELS.map((name) => own.find(({ label }) => label === name)!.score));
}

function near(found: readonly number[][], expected: readonly number[][], most: number): void {
  found.forEach((own, text) => {
    own.forEach((score, label) => {
      const difference = Math.abs(score - expected[text][label]);
      assert.ok(difference < most, `text ${text}: ${score} instead of ${expected[text][label]}`);
    });
  });
}

for (const type of Object.keys(ENCODERS) as (keyof typeof ENCODERS)[]) {
  test(`${type}: an exported, fused and quantized classifier gives the same predictions`, async (t) => {
    const { model, of, texts } = prepared(t, type);
    const before = await answersOf(model, texts);
    exportToOnnx(model);
    near(await answersOf(model, texts), before, 1e-5);
    fuseFolder(model, of('fused'));
    near(await answersOf(of('fused'), texts), before, 1e-5);
    for (const kind of ['dynamic', '4-bit', 'fp16'] as const) {
      quantizeFolder(model, of(kind), { kind });
      near(await answersOf(of(kind), texts, true), before, kind === '4-bit' ? 0.2 : 0.05);
    }
    await quantizeFolderStatically(model, of('static'), { texts, method: 'min-max' });
    near(await answersOf(of('static'), texts, true), before, 0.05);
  });

  test(`${type}: a classifier trimmed to the tokens of some texts gives bit-identical scores for them`, async (t) => {
    const { model, of, data, texts } = prepared(t, type);
    // Words of one letter are always kept.
    const path = join(model, 'tokenizer.json');
    const tokenizer = readFileSync(path, 'utf8').replace('"y":', '"bad":').replace('"z":', '"cafe":');
    writeFileSync(path, tokenizer);
    const { vocabulary } = await trimVocabulary(model, of('trimmed'), { texts: [data], heldOut: [] });
    assert.equal(vocabulary.after, vocabulary.before - 2);
    assert.deepEqual(await answersOf(of('trimmed'), texts), await answersOf(model, texts));
  });

  test(`${type}: a classifier is pruned, narrowed, sparsified and distilled with labelled texts`, async (t) => {
    const { model, of, data, texts, configurationWith } = prepared(t, type);
    const options = {
      data: [data],
      sentences: 24,
      seed: 1,
      loss: 'bce',
      layers: 1,
      heads: 0,
      neurons: 8,
    } as const;
    const { parameters } = await pruneStructure(model, of('pruned'), { ...options, data: [data], hidden: 0 });
    assert.ok(parameters.after < parameters.before);
    await answersOf(of('pruned'), texts);
    const narrowed = await pruneStructure(model, of('narrowed'), { ...options, data: [data], hidden: 16 });
    assert.deepEqual([narrowed.hiddenSize, narrowed.headsLeft], [16, [2]]);
    assert.ok(narrowed.loss.after < 3 * narrowed.loss.before);
    exportToOnnx(of('narrowed'));
    await answersOf(of('narrowed'), texts);
    const sparse = configurationWith({ sparsity: { sparsity: 0.5 } });
    const report = await sparsify({
      model,
      configuration: readSparsityConfiguration(sparse),
      place: sparse,
      folder: of('sparse'),
    });
    assert.ok(Math.abs(report.density.layers - 0.5) < 0.01);
    assert.ok(report.rows.some((row) => row.kind === 'evaluation' && row.accuracy !== undefined));
    await answersOf(of('sparse'), texts);
    const config = configurationWith({ maximumLength: 32, distillation: { layers: 1 } });
    const distilled = await distil({
      teacher: model,
      configuration: readDistillationConfiguration(config),
      place: config,
      folder: of('student'),
    });
    assert.equal(distilled.student.layers, 1);
    assert.equal(distilled.labelled, 24);
    await answersOf(of('student'), texts);
  });
}
