import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { outputNames } from '../tokenization';
import { BIO, TOKEN } from '../tokenization/tag-set.fixture';
import { readClassifierConfiguration, readConfiguration, readLabelRows } from './configuration';
import { savedLabels } from './label-names';
import { readHead } from './network-configuration';
import { writeThreshold } from './own-entry';
import { readSafetensors, writeSafetensors } from './safetensors';
import { copyTinyBert } from './tiny-bert.fixture';
import { TokenClassifier } from './token-classifier';

type Json = Record<string, unknown>;

function editor(folder: string): (change: Json) => void {
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Json;
  return (change) => writeFileSync(path, JSON.stringify({ ...config, ...change }));
}

const numbered = (labels: readonly string[]) =>
  Object.fromEntries(labels.map((label, place) => [place, label]));

test('labels in another order are matched by name', async (context) => {
  const folder = copyTinyBert(context);
  const labels = savedLabels(BIO);
  const window = { inputIds: Int32Array.of(2, 10, 11, 3) };
  /** Logits of each output by its name. */
  const logits = async () => {
    const model = TokenClassifier.load(folder);
    const [scores] = await model.score([window]);
    const names = outputNames(model.configuration);
    model.dispose();
    return new Map(
      names.map((name, output) => [name, scores.filter((_, at) => at % names.length === output)]),
    );
  };
  const byName = (one: [string, unknown], other: [string, unknown]) => (one[0] < other[0] ? -1 : 1);
  assert.equal(readLabelRows(folder), undefined);
  const expected = [...(await logits())].sort(byName);
  // `O` is last, the others are reversed.
  const order = labels.map((_, place) => labels.length - 1 - place);
  const path = join(folder, 'model.safetensors');
  const tensors = readSafetensors(path);
  for (const name of ['classifier.weight', 'classifier.bias']) {
    const { shape, data } = tensors.get(name)!;
    const width = data.length / shape[0];
    const rows = order.map((row) => data.slice(row * width, (row + 1) * width));
    tensors.set(name, { shape, data: Float32Array.from(rows.flatMap((row) => [...row])) });
  }
  writeSafetensors(path, tensors);
  editor(folder)({ id2label: numbered(order.map((row) => labels[row])) });
  assert.deepEqual(readConfiguration(folder).labels, [...BIO.labels].reverse());
  assert.equal(readLabelRows(folder)![0], 8);
  assert.deepEqual([...(await logits())].sort(byName), expected);
  // When saved, `O` is first and the two rows of each label are adjacent.
  const model = TokenClassifier.load(folder);
  model.save(folder);
  model.dispose();
  assert.equal(readLabelRows(folder), undefined);
  assert.deepEqual([...(await logits())].sort(byName), expected);
});

test('labels that do not fit the scheme are rejected', (context) => {
  const folder = copyTinyBert(context);
  const edit = editor(folder);
  const labels = savedLabels(BIO);
  for (const [id2label, message] of [
    [numbered(labels.map((_, place) => `LABEL_${place}`)), /"id2label" lacks "O"/],
    [numbered(labels.with(3, 'B-PER')), /"id2label" lacks "I-PER"/],
    [numbered(labels.with(3, labels[1])), /"id2label" names "B-Gene Mutations" twice/],
    [numbered(labels.slice(0, -1)), /"id2label" lacks "I-Organ Tissue"/],
    [numbered([...labels, 'B-PER']), /"id2label" lacks "I-PER"/],
    [numbered(savedLabels(TOKEN)), /"id2label" lacks "B-/],
    [{ ...numbered(labels), 8: undefined, 9: labels[8] }, /"id2label" of "9"/],
    [{ ...numbered(labels), 8: 8 }, /"id2label" of "8" is 8/],
    [numbered(['O']), /"id2label" names no label/],
    [null, /"id2label" names no label/],
    ['O', /"id2label" names no label/],
  ] as const) {
    edit({ id2label });
    assert.throws(() => readConfiguration(folder), { name: 'InputError', message });
  }
  edit({ id2label: numbered([...labels, 'B-PER', 'I-PER']) });
  assert.throws(() => TokenClassifier.load(folder), {
    name: 'InputError',
    message: /"id2label" names 11 labels, but the head in .* has 9 rows; give each row its name/,
  });
});

test('custom labels are read from their names', (context) => {
  const folder = copyTinyBert(context);
  editor(folder)({ id2label: numbered(savedLabels(BIO).map((name) => name.replace('Cell', 'Bread'))) });
  assert.deepEqual(readConfiguration(folder).labels, [
    'Gene Mutations',
    'Bread',
    'Bread Line',
    'Organ Tissue',
  ]);
});

test('a tagger from another program is recognized', (context) => {
  const folder = copyTinyBert(context);
  const edit = editor(folder);
  const labels = savedLabels(BIO);
  const readWith = (names: readonly string[]) => {
    edit({ falconframes: undefined, id2label: numbered(names) });
    const { scheme, labels: found, tags, words } = readConfiguration(folder);
    return { scheme, labels: found, tags, words };
  };
  const exclusive = { scheme: 'exclusive', words: undefined };
  assert.deepEqual(readWith(labels), { ...exclusive, labels: BIO.labels, tags: undefined });
  const inside = ['O', 'PER', 'LOC', 'a', 'b', 'c', 'd', 'e', 'f'];
  assert.deepEqual(readWith(inside), { ...exclusive, labels: inside.slice(1), tags: inside });
  const numbers = labels.map((_, place) => `LABEL_${place}`);
  assert.deepEqual(readWith(numbers), { ...exclusive, labels: numbers, tags: numbers });
  edit({ falconframes: undefined, architectures: ['BertForMaskedLM'] });
  assert.throws(() => readConfiguration(folder), /this is an encoder, not a tagger/);
  edit({ architectures: ['BertForSequenceClassification'] });
  assert.throws(
    () => readConfiguration(folder),
    /a text classifier, not a tagger; use `falconframes classify`/,
  );
  assert.deepEqual(readClassifierConfiguration(folder).labels, labels);
  edit({ architectures: ['BertForTokenClassification'] });
  assert.throws(() => readClassifierConfiguration(folder), /is a tagger.* use `falconframes annotate`/);
  edit({ architectures: ['BertCrfForTokenClassification'] });
  assert.throws(() => readConfiguration(folder), /a BertForTokenClassification/);
  edit({ architectures: ['RobertaForTokenClassification'] });
  assert.throws(() => readHead(folder), { name: 'InputError', message: /BertForTokenClassification/ });
});

test('networks that compute something else with the same weights are rejected', (context) => {
  const folder = copyTinyBert(context);
  const edit = editor(folder);
  for (const [change, message] of [
    [{ position_embedding_type: 'relative_key' }, /"position_embedding_type" is "relative_key"/],
    [{ position_embedding_type: 'relative_key_query' }, /"relative_key_query"/],
    [{ hidden_act: 'gelu_new' }, /activation is "gelu_new"/],
    [{ is_decoder: true }, /"is_decoder" is true/],
    [{ add_cross_attention: true }, /"add_cross_attention"/],
    [{ quantization_config: { quant_method: 'bitsandbytes' } }, /quantized weights are not read/],
    [{ auto_map: { AutoModel: 'modeling.Model' } }, /custom Python code/],
    [{ layer_norm_eps: 'small' }, /"layer_norm_eps" must be a number/],
    [{ layer_norm_eps: -1 }, /"layer_norm_eps" must be a number/],
    [{ model_type: 'deberta-v2' }, /"deberta-v2"; known are bert, distilbert, electra, mpnet, roberta$/],
    [{ pad_token_id: 82 }, /"pad_token_id" is 82, but the vocabulary has 82 tokens/],
    [{ model_type: undefined }, /has no "model_type"; add the one of its encoder/],
    [{ pad_token_id: -1 }, /"pad_token_id" must be the number of a token, found -1/],
    [{ pruned_heads: { 0: [0, 1] } }, /leaves layer 0 without a head/],
    [{ pruned_heads: { 5: [0] } }, /"pruned_heads" of layer "5"/],
    [{ pruned_heads: 7 }, /"pruned_heads" is 7/],
    [{ model_type: 'mpnet', pruned_heads: { 1: [0] } }, /share a position bias of each head/],
    [{ model_type: 'mpnet', relative_attention_num_buckets: 64 }, /is 64; only 32 is known/],
  ] as const) {
    edit(change);
    assert.throws(() => readConfiguration(folder), { name: 'InputError', message });
  }
  edit({ architectures: ['BertForMaskedLM'], tie_word_embeddings: false });
  assert.throws(() => readHead(folder), { name: 'InputError', message: /"tie_word_embeddings" is false/ });
});

test('implausible shapes are rejected before memory is allocated', (context) => {
  const folder = copyTinyBert(context);
  const edit = editor(folder);
  const keys = [
    'num_hidden_layers',
    'hidden_size',
    'vocab_size',
    'max_position_embeddings',
    'intermediate_size',
  ];
  for (const key of keys)
    for (const value of [1e9, 1e12, 0, -1, 1.5, '2', null, [2], {}, true]) {
      edit({ [key]: value });
      assert.throws(() => TokenClassifier.load(folder), {
        name: 'InputError',
        message: new RegExp(`"${key}"`),
      });
    }
  edit({ num_hidden_layers: 200, hidden_size: 16_000, intermediate_size: 60_000 });
  assert.throws(() => TokenClassifier.load(folder), {
    name: 'InputError',
    message: /parameters, but no known encoder/,
  });
  edit({
    max_position_embeddings: 60_000,
    falconframes: { ...BIO, maximum_length: 50_000, threshold: 0.5 },
  });
  assert.throws(() => TokenClassifier.load(folder), {
    name: 'InputError',
    message: /maximum_length must be between 3 and 4096/,
  });
});

test('a config.json with any value in any place is read or rejected', (context) => {
  const folder = copyTinyBert(context);
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Json;
  const keys = [
    ...Object.keys(config),
    'pruned_heads',
    'position_embedding_type',
    'quantization_config',
    'tie',
  ];
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.integer({ min: -2, max: 100 }),
    fc.constant({ toString: 1, length: 3 }),
    fc.constant(1e300),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), anything, { maxKeys: 3 }), (change) => {
      writeFileSync(path, JSON.stringify({ ...config, ...change }));
      for (const read of [readConfiguration, readHead, TokenClassifier.load]) {
        try {
          const result = read(folder);
          if (result instanceof TokenClassifier) result.dispose();
        } catch (error) {
          assert.ok(error instanceof InputError, (error as Error).stack);
          assert.ok(!error.message.includes('\n') && error.message.length < 1000, error.message);
        }
      }
    }),
    { numRuns: 300 },
  );
  for (const content of ['', '[]', 'null', '"a"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, '\0']) {
    writeFileSync(path, content);
    assert.throws(() => readConfiguration(folder), InputError);
  }
});

test('other thresholds are written, and everything else is unchanged', (context) => {
  const folder = copyTinyBert(context);
  const path = join(folder, 'config.json');
  const before = JSON.parse(readFileSync(path, 'utf8'));
  writeThreshold(folder, 0.25);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), {
    ...before,
    falconframes: { ...before.falconframes, threshold: 0.25 },
  });
});
