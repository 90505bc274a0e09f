import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError, writeSentences } from '../../../foundation';
import { cellSentence } from '../../../foundation/sentence.fixture';
import { download, free, livingTensors, readSafetensors, TokenClassifier } from '../../../nn';
import { largestDifference, tinyBertFolder } from '../../../nn/tiny-bert.fixture';
import { type Example, taggingObjective, taggingTask } from '../../../tasks';
import { DEFAULT_TRAINING, lossAndGradients } from '../../../training';
import {
  isPrunable,
  maskOf,
  prunedTensors,
  type SparseLesson,
  scoresFor,
  sparseObjective,
} from './objective';
import { cubicRise, METHODS, readSparsityConfiguration } from './options';
import { maskSmallest } from './selection';
import { sparsify } from './sparsify';

test('the mask selects the smallest numbers, as sorting does', () => {
  const float = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 1, -1));
  fc.assert(
    fc.property(fc.array(float, { minLength: 1 }), fc.nat(), fc.boolean(), (list, number, magnitude) => {
      const values = Float32Array.from(list);
      const count = number % (values.length + 1);
      const mask = maskSmallest(values, count, magnitude);
      const own = (index: number) => (magnitude ? Math.abs(values[index]) : values[index]);
      const removed = [...values.keys()].filter((index) => mask[index] === 0).map(own);
      const sorted = [...values.keys()].map(own).sort((one, other) => one - other);
      assert.equal(removed.length, count);
      assert.deepEqual(
        removed.sort((one, other) => one - other).map((value) => value + 0),
        sorted.slice(0, count).map((value) => value + 0),
      );
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('the schedule rises from 0 to 1, fast at first', () => {
  const schedule = { begin: 0.2, end: 0.6 };
  const found = [0, 0.2, 0.4, 0.6, 1].map((share) => cubicRise(share, schedule));
  assert.ok(largestDifference(found, [0, 0, 0.875, 1, 1]) < 1e-9);
  // By hand for a final share of .9 over a hundred steps: .9 (1 - .9³), .9 (1 - .75³), …
  const rising = [0, 10, 25, 50, 75, 100].map((step) => 0.9 * cubicRise(step / 100, { begin: 0, end: 1 }));
  assert.ok(largestDifference(rising, [0, 0.2439, 0.5203125, 0.7875, 0.8859375, 0.9]) < 1e-9);
});

const example: Example = {
  inputIds: Int32Array.of(2, 20, 21, 22, 23, 3),
  labels: Uint8Array.from({ length: 48 }, (_, index) => (index === 10 || index === 19 ? 1 : 0)),
  known: Uint8Array.from({ length: 48 }, (_, index) => (index >= 8 && index < 40 ? 1 : 0)),
};
const lesson = (method: SparseLesson['method']): SparseLesson => ({
  ...DEFAULT_TRAINING,
  method,
  sparsity: 0.5,
  begin: 0,
  end: 0.5,
  penalty: 3,
  scoreRate: 100 * DEFAULT_TRAINING.learningRate,
  headStart: 0,
  block: null,
  steps: 10,
});

for (const method of METHODS) {
  test(`${method}: unmasked weights have the gradient of the loss, scores have the straight-through gradient`, () => {
    const living = livingTensors();
    const tiny = TokenClassifier.load(tinyBertFolder);
    const { configuration, source } = tiny;
    const tensors = tiny.parameters.snapshot();
    tiny.dispose();
    const own = lesson(method);
    const scores = scoresFor(tensors, own);
    assert.equal(scores.size, method === 'magnitude' ? 0 : 12);
    for (const [index, { data }] of [...scores.values()].entries())
      data.forEach((_, place) => {
        data[place] = 0.05 * Math.sin(place + index); // times 100 on both sides of the threshold
      });
    const model = new TokenClassifier(configuration, source, new Map([...tensors, ...scores]));
    const task = sparseObjective(taggingTask, model, own);
    const at = (step: number) => lossAndGradients(task, { examples: [example], share: 1, draw: 0, step }, 0);
    const { gradients, loss } = at(9);
    const slopes = new Map([...gradients].map(([name, tensor]) => [name, download(tensor)]));
    free(...gradients.values());

    const name = 'bert.encoder.layer.1.output.dense.weight';
    const slope = slopes.get(name)!;
    const gone = slope.filter((value) => value === 0).length;
    if (method !== 'soft_movement') assert.equal(gone, slope.length / 2);
    assert.ok(gone > 0 && gone < slope.length);

    // Masked weights do not affect the loss; the others change it along their gradient.
    const lossWith = (change: (weight: Float32Array) => Float32Array, which: string) => {
      const before = model.parameters.snapshot();
      const { shape, data } = before.get(which)!;
      model.parameters.restore(new Map(before).set(which, { shape, data: change(data) }));
      const found = at(9);
      free(...found.gradients.values());
      model.parameters.restore(before);
      return found.loss;
    };
    const along = (length: number) =>
      lossWith((data) => data.map((value, index) => value + length * slope[index]), name);
    const squared = slope.reduce((sum, value) => sum + value * value, 0);
    const length = 0.001 / Math.sqrt(squared);
    const found = (along(length) - along(-length)) / (2 * length);
    assert.ok(Math.abs(found / squared - 1) < 0.03, `${found} instead of ${squared}`);
    const silenced = lossWith((data) => data.map((value, index) => (slope[index] === 0 ? 0 : value)), name);
    if (method !== 'magnitude') assert.ok(Math.abs(silenced - loss) < 1e-6);

    const ofScores = slopes.get(`pruning.scores.${name}`);
    if (ofScores) {
      // 100 dW' W, where dW' of unmasked weights is their gradient; plus, with a penalty on scores, the slope of their mean sigmoid.
      const weight = tensors.get(name)!.data;
      const score = scores.get(`pruning.scores.${name}`)!.data;
      const all = [...scores.values()].reduce((sum, { data }) => sum + data.length, 0);
      const share = method === 'soft_movement' ? own.penalty / all : 0;
      const left = [...slope.keys()].filter((index) => slope[index] !== 0);
      const expected = left.map((index) => {
        const open = 1 / (1 + Math.exp(-100 * score[index]));
        return 100 * (slope[index] * weight[index] + share * open * (1 - open));
      });
      assert.ok(
        largestDifference(
          left.map((index) => ofScores[index]),
          expected,
        ) < 1e-4,
      );
    }
    model.dispose();
    assert.equal(livingTensors(), living);
  });
}

test('before training, movement masks the same weights as magnitude in every matrix, and soft movement masks none', () => {
  const tiny = TokenClassifier.load(tinyBertFolder);
  const tensors = tiny.parameters.snapshot();
  tiny.dispose();
  const own = { ...lesson('movement'), headStart: 0.5 };
  const scores = scoresFor(tensors, own);
  const soft = scoresFor(tensors, { ...own, method: 'soft_movement' });
  let matrices = 0;
  for (const [name, { shape, data }] of tensors) {
    if (!isPrunable(name, shape)) continue;
    matrices++;
    const score = scores.get(`pruning.scores.${name}`)!.data;
    // In units of scores; parameters are a hundredth of them here.
    const squares = score.reduce((sum, value) => sum + (100 * value) ** 2, 0);
    assert.ok(Math.abs(Math.sqrt(squares / score.length) - 0.5) < 1e-4, name);
    for (const rise of [0.3, 1])
      assert.deepEqual(
        maskOf({ shape, data }, score, own, rise),
        maskOf({ shape, data }, undefined, { ...own, method: 'magnitude' }, rise),
      );
    const softMask = maskOf(
      { shape, data },
      soft.get(`pruning.scores.${name}`)!.data,
      { ...own, method: 'soft_movement' },
      1,
    );
    assert.ok(softMask.every((one) => one === 1));
  }
  assert.equal(matrices, 12);
});

test('the threshold of soft movement rises with the schedule, to a sigmoid of 0.1', () => {
  const own = lesson('soft_movement');
  const scores = [-20, -3, -2.3, -2.1, 0, 3];
  const parameters = Float32Array.from(scores, (score) => score / 100);
  const weights = { shape: [scores.length, 1], data: new Float32Array(scores.length).fill(1) };
  const left = [0, 0.5, 1].map((rise) => [...maskOf(weights, parameters, own, rise)]);
  assert.deepEqual(left, [
    [1, 1, 1, 1, 1, 1],
    [0, 0, 1, 1, 1, 1], // ln(0.05 / 0.95) is -2.94
    [0, 0, 0, 1, 1, 1], // ln(0.1 / 0.9) is -2.20
  ]);
});

for (const block of [null, 4]) {
  test(`scores of masked ${block ? 'blocks' : 'weights'} follow the gradient of the pruned network, so that they can come back`, () => {
    const tiny = TokenClassifier.load(tinyBertFolder);
    const { configuration, source } = tiny;
    const tensors = tiny.parameters.snapshot();
    tiny.dispose();
    const own = { ...lesson('movement'), headStart: 0.1, block };
    const all = new Map([...tensors, ...scoresFor(tensors, own)]);
    const model = new TokenClassifier(configuration, source, all);
    // The pruned network as a plain tagger: its gradient at a zero is that of the masked weight W'.
    const pruned = new TokenClassifier(configuration, source, prunedTensors(all, own));
    const part = { examples: [example], share: 1, draw: 0, step: 9 };
    const sparse = lossAndGradients(sparseObjective(taggingTask, model, own), part, 0);
    const plain = lossAndGradients(taggingObjective(pruned, own), part, 0);
    assert.ok(Math.abs(sparse.loss - plain.loss) < 1e-6);
    for (const [name, { shape, data }] of tensors) {
      if (!isPrunable(name, shape)) continue;
      const slope = download(plain.gradients.get(name)!);
      const found = download(sparse.gradients.get(`pruning.scores.${name}`)!);
      const each = data.map((weight, index) => 100 * weight * slope[index]);
      const expected = block ? sumsOver(each, shape, block) : each;
      assert.ok(largestDifference(found, expected) < 1e-4, name);
    }
    free(...sparse.gradients.values(), ...plain.gradients.values());
    model.dispose();
    pruned.dispose();
  });
}

/** Sums of square blocks, each from its definition // [rows, columns] -> [rows / block * columns / block] */
function sumsOver(values: Float32Array, [rows, columns]: number[], block: number): number[] {
  const sums: number[] = [];
  for (let top = 0; top < rows; top += block)
    for (let left = 0; left < columns; left += block) {
      let sum = 0;
      for (let row = top; row < top + block; row++)
        for (let column = left; column < left + block; column++) sum += values[row * columns + column];
      sums.push(sum);
    }
  return sums;
}

test('blocks are kept or removed as a whole, the smallest by their root mean square', () => {
  const shape = [4, 6];
  const data = Float32Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? index : -index));
  const own = { ...lesson('magnitude'), block: 2, sparsity: 0.5 };
  const mask = maskOf({ shape, data }, undefined, own, 1);
  const sizes = sumsOver(
    data.map((value) => value ** 2),
    shape,
    2,
  );
  const kept = sumsOver(mask, shape, 2);
  assert.ok(kept.every((sum) => sum === 0 || sum === 4));
  const median = [...sizes].sort((one, other) => one - other)[2];
  assert.deepEqual(
    kept,
    sizes.map((size) => (size > median ? 4 : 0)),
  );
});

function prepare(t: TestContext, sparsity: object, others: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeSentences(join(folder, 'train.jsonl'), ['the b-cell grows', 'two t-cell die'].map(cellSentence));
  writeSentences(join(folder, 'dev.jsonl'), [cellSentence('the t-cell grows')]);
  const config = join(folder, 'config.json');
  const training = { train: ['train.jsonl'], dev: ['dev.jsonl'], epochs: 4, batchSize: 1 };
  writeFileSync(config, JSON.stringify({ ...training, ...others, sparsity }));
  return { config, out: join(folder, 'out') };
}

test('soft_movement: a higher penalty removes more weights, and the folder records how many', async (t) => {
  const densities = [];
  for (const penalty of [0, 1000]) {
    const { config, out } = prepare(
      t,
      { method: 'soft_movement', penalty, scoreRate: 2 },
      { learningRate: 0.02 },
    );
    const configuration = readSparsityConfiguration(config);
    const { density } = await sparsify({
      model: tinyBertFolder,
      configuration,
      place: config,
      folder: out,
    });
    const layers = [...readSafetensors(join(out, 'model.safetensors'))].filter(([name, { shape }]) =>
      isPrunable(name, shape),
    );
    const count = (keep: (value: number) => boolean) =>
      layers.reduce((sum, [, { data }]) => sum + data.filter(keep).length, 0);
    assert.ok(Math.abs(density.layers - count((value) => value !== 0) / count(() => true)) < 1e-6);
    densities.push(density.layers);
  }
  assert.ok(densities[1] < densities[0] - 0.05 && densities[1] > 0, densities.join(' and '));
});

for (const method of ['magnitude', 'movement']) {
  test(`${method}: the output folder has the configured share of zeros and reports the bytes saved`, async (t) => {
    const { config, out } = prepare(t, { method, sparsity: 0.75 });
    const configuration = readSparsityConfiguration(config);
    const { density, bytes, finished } = await sparsify({
      model: tinyBertFolder,
      configuration,
      place: config,
      folder: out,
    });
    assert.ok(finished);
    assert.ok(Math.abs(density.layers - 0.25) < 1e-3, `${density.layers}`);
    let [weights, kept, rows, matrices, rest, vectors, tables, tableRows] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (const [name, { shape, data }] of readSafetensors(join(out, 'model.safetensors'))) {
      assert.ok(!name.startsWith('pruning'));
      if (isPrunable(name, shape)) {
        weights += data.length;
        kept += data.filter((value) => value !== 0).length;
        rows += shape[0];
        matrices++;
        continue;
      }
      rest += data.length;
      if (shape.length === 2) [tables, tableRows] = [tables + data.length, tableRows + shape[0]];
      else vectors += data.length;
    }
    assert.equal(bytes.bitmask, rest * 4 + weights / 8 + weights);
    // 32 bits for a value and 16 for its column, and the place of each row; a byte for a value of a matrix, and a scale for each row.
    assert.equal(bytes.compressedRows, rest * 4 + kept * 6 + (rows + matrices) * 4);
    assert.equal(bytes.bitmaskInt8, vectors * 4 + tables + tableRows * 4 + weights / 8 + kept + rows * 4);
    assert.ok(bytes.gzipped < bytes.dense);
  });
}

test('invalid runs are refused in one sentence, and nothing is written', async (t) => {
  const refuses = async (sparsity: object, message: RegExp, model = tinyBertFolder) => {
    const { config, out } = prepare(t, sparsity);
    await assert.rejects(
      async () =>
        sparsify({ model, configuration: readSparsityConfiguration(config), place: config, folder: out }),
      (error: Error) => {
        assert.ok(error instanceof InputError, error.stack);
        assert.match(error.message, message);
        return true;
      },
    );
    assert.ok(!existsSync(out));
  };
  await refuses({ sparsity: 1 }, /"sparsity" must be a number from 0.01 to 0.999/);
  await refuses({ method: 'luck' }, /"method" must be one of/);
  await refuses({ method: 'soft_movement' }, /in 8 steps no score can fall far enough .* raise "scoreRate"/);
  await refuses({ begin: 0.8 }, /"begin" must be less than "end"/);
  await refuses({}, /not a model folder/, join(tmpdir(), 'no-such-model'));
  for (const key of ['encoder', 'scheme', 'maximumLength', 'threshold']) {
    const { config } = prepare(t, {}, { [key]: 1 });
    assert.throws(() => readSparsityConfiguration(config), new RegExp(`"${key}" is determined by the model`));
  }
});
