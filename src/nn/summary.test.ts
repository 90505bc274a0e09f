import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readClassifierConfiguration, readConfiguration } from './configuration';
import { readEncoderConfiguration } from './encoder-configuration';
import { formatSummary } from './format-summary';
import { Model } from './model';
import { networkFixture, networkFixtureNames } from './network.fixture';
import { countClassifierParameters } from './sequence-classifier';
import { type ModuleSummary, parameterRows, summarizeModel } from './summary';
import { copyTinyBert, tinyBertFolder } from './tiny-bert.fixture';
import { countParameters, TokenClassifier } from './token-classifier';

const BERT = {
  model_type: 'bert',
  vocab_size: 30522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  hidden_act: 'gelu',
  max_position_embeddings: 512,
  type_vocab_size: 2,
};
const ELECTRA_SMALL = {
  embedding_size: 128,
  hidden_size: 256,
  num_attention_heads: 4,
  intermediate_size: 1024,
};
const DISTILBERT = {
  ...{ model_type: 'distilbert', vocab_size: 30522, dim: 768, n_layers: 6, n_heads: 12, hidden_dim: 3072 },
  ...{ activation: 'gelu', max_position_embeddings: 512 },
};

/** A folder with a config.json and nothing else. */
function folderWith(context: TestContext, config: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

const labelled = (count: number) => ({
  id2label: Object.fromEntries(Array.from({ length: count }, (_, row) => [row, `label ${row}`])),
});

const multilingual = (context: TestContext) =>
  folderWith(context, {
    ...{ ...BERT, vocab_size: 105_879, ...labelled(3) },
    architectures: ['BertForSequenceClassification'],
  });

/** The module at a path such as `bert/pooler/dense`. */
function at(modules: readonly ModuleSummary[], path: string): ModuleSummary {
  const [first, ...rest] = path.split('/');
  const found = modules.find(({ name }) => name === first);
  assert.ok(found, `${first} among ${modules.map(({ name }) => name)}`);
  return rest.length === 0 ? found : at(found.children, rest.join('/'));
}

test('multilingual BERT with three labels has the parameters counted by hand', (context) => {
  const { modules, parameters, wordEmbeddings } = summarizeModel(multilingual(context));
  const hidden = 768;
  const linear = (inputs: number, outputs: number) => inputs * outputs + outputs;
  const norm = 2 * hidden;
  const layer = 4 * linear(hidden, hidden) + linear(hidden, 3072) + linear(3072, hidden) + 2 * norm;
  assert.equal(parameters, 167_358_723);
  assert.equal(wordEmbeddings, 81_315_072);
  assert.equal(
    parameters,
    (105_879 + 512 + 2) * hidden + norm + 12 * layer + linear(hidden, hidden) + linear(hidden, 3),
  );
  assert.equal(at(modules, 'bert/pooler').parameters, 590_592);
  assert.deepEqual(at(modules, 'classifier').shapes, { weight: [3, 768], bias: [3] });
  const folded = at(modules, 'bert/encoder/layer.0-11');
  assert.deepEqual([folded.count, folded.parameters], [12, layer]);
  assert.equal(at(modules, 'bert/encoder').parameters, 12 * layer);
  assert.deepEqual(at(folded.children, 'attention/self/query').shapes, { weight: [768, 768], bias: [768] });
  assert.deepEqual(
    modules.map(({ name }) => name),
    ['bert', 'classifier'],
  );
});

test('published shapes of every encoder have the parameters that PyTorch counts', (context) => {
  const positions = { max_position_embeddings: 514 };
  for (const [config, architecture, labels, expected] of [
    [BERT, 'BertForTokenClassification', 5, 108_895_493],
    [BERT, 'BertForMaskedLM', 0, 109_514_298],
    [BERT, 'BertModel', 0, 108_891_648],
    [DISTILBERT, 'DistilBertForSequenceClassification', 2, 66_955_010],
    [{ ...BERT, ...ELECTRA_SMALL, model_type: 'electra' }, 'ElectraForSequenceClassification', 2, 13_549_314],
    [
      { ...BERT, ...positions, model_type: 'mpnet', vocab_size: 30527 },
      'MPNetForSequenceClassification',
      2,
      109_488_002,
    ],
    [
      { ...BERT, ...positions, model_type: 'roberta', vocab_size: 50265, type_vocab_size: 1 },
      'RobertaForTokenClassification',
      9,
      124_061_961,
    ],
  ] as const) {
    const own = { ...config, architectures: [architecture], ...(labels > 0 && labelled(labels)) };
    const folder = folderWith(context, own);
    assert.equal(summarizeModel(folder).parameters, expected, architecture);
    const rows = parameterRows(folder);
    assert.equal(
      rows.reduce((sum, { parameters }) => sum + parameters, 0),
      expected,
    );
    assert.ok(Math.abs(rows.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
    assert.equal(
      rows.some(({ part }) => part === 'head'),
      architecture !== 'BertModel',
    );
  }
});

test('the parameters of a part are those of its modules', (context) => {
  assert.deepEqual(
    parameterRows(multilingual(context)).map(({ part, parameters }) => [part, parameters]),
    [
      ['word embeddings', 105_879 * 768],
      ['other embeddings', (512 + 2 + 2) * 768],
      ['layers', 12 * 7_087_872],
      ['head', 590_592 + 3 * 769],
    ],
  );
  const electra = { ...BERT, ...ELECTRA_SMALL, model_type: 'electra', architectures: ['ElectraModel'] };
  const [words, others] = parameterRows(folderWith(context, electra));
  assert.equal(words.parameters, 30522 * 128);
  assert.equal(others.parameters, (512 + 2 + 2) * 128 + 256 * 129);
});

for (const name of networkFixtureNames())
  test(`${name}: folder, network and configuration have one summary, with all the tensors`, () => {
    const { folder } = networkFixture(name);
    const model = Model.load(folder);
    const summary = summarizeModel(folder);
    assert.deepEqual(summarizeModel(model), summary);
    assert.deepEqual(summarizeModel({ encoder: model.encoder, head: model.head }), summary);
    assert.equal(summary.parameters, model.parameters.count);
    const tensors = (modules: readonly ModuleSummary[]): number =>
      modules.reduce(
        (sum, { count, shapes, children }) => sum + count * (Object.keys(shapes).length + tensors(children)),
        0,
      );
    assert.equal(tensors(summary.modules), model.parameters.shapes.size);
    model.dispose();
  });

test('a summary has the number of parameters that are trained', (context) => {
  const folder = copyTinyBert(context);
  assert.equal(summarizeModel(folder).parameters, countParameters(readConfiguration(folder)));
  const tagger = TokenClassifier.load(folder);
  assert.deepEqual(summarizeModel(tagger), summarizeModel(folder));
  tagger.dispose();
  const classifier = multilingual(context);
  assert.equal(
    summarizeModel(classifier).parameters,
    countClassifierParameters(readClassifierConfiguration(classifier)),
  );
});

test('only equal layers are folded', () => {
  const encoder = { ...readEncoderConfiguration(tinyBertFolder), layers: 5, prunedHeads: { 2: [0] } };
  const { modules } = summarizeModel({ encoder });
  assert.deepEqual(
    at(modules, 'bert/encoder').children.map(({ name, count }) => [name, count]),
    [
      ['layer.0-1', 2],
      ['layer.2', 1],
      ['layer.3-4', 2],
    ],
  );
});

test('the text shows modules, shapes, counts and the share of word embeddings', (context) => {
  const lines = formatSummary(summarizeModel(multilingual(context))).split('\n');
  const spaced = lines.map((line) => line.trim().replace(/ {2,}/g, ' | '));
  assert.equal(spaced[0], 'bert | 167,356,416');
  assert.ok(spaced.includes('word_embeddings | weight [105879, 768] | 81,315,072'));
  assert.ok(spaced.includes('12 × layer.0-11 | 12 × 7,087,872'));
  assert.ok(spaced.includes('classifier | weight [3, 768], bias [3] | 2,307'));
  assert.equal(
    spaced.at(-1),
    'Total 167,358,723 parameters, all trainable; 81,315,072 of them (48.6%) are word embeddings',
  );
  const [bert, embeddings] = lines.map((line) => line.length - line.trimStart().length);
  assert.deepEqual([bert, embeddings], [0, 2]);
});
