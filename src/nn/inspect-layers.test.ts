import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { livingTensors } from './device';
import { readEncoderConfiguration } from './encoder-configuration';
import { inspectLayers, type LayerOutputs } from './inspect-layers';
import { Model } from './model';
import { networkFixture, networkFixtureNames } from './network.fixture';
import { readSafetensors } from './safetensors';
import { SequenceClassifier } from './sequence-classifier';
import { copyTinyBert, largestDifference } from './tiny-bert.fixture';
import { tinyClassifier } from './tiny-classifier.fixture';
import { TokenClassifier } from './token-classifier';

/** Windows of a fixture without padding, whose tokens are all of type 0, with PyTorch's results for them. */
function windowsOf(name: string) {
  const { folder, batch, logits } = networkFixture(name);
  const { attentions, hidden_states: states } = Object.fromEntries(
    readSafetensors(join(folder, 'layers.safetensors')),
  );
  const [layers, , heads] = attentions.shape;
  const { size, length, inputIds, attentionMask, tokenTypes } = batch;
  const hidden = states.shape[3];
  const rows = Array.from({ length: size }, (_, row) => row).filter(
    (row) => !tokenTypes?.subarray(row * length, (row + 1) * length).includes(1),
  );
  const windows = rows.map((row) => {
    const present = attentionMask.subarray(row * length, (row + 1) * length);
    const tokens = present.reduce((sum, one) => sum + one, 0);
    /** Row `index` of the padded sequence in the table number `table`. */
    const cut = (data: Float32Array, table: number, index: number, width: number, used: number) => {
      const from = (table * length + index) * width;
      return [...data.subarray(from, from + used)];
    };
    const range = (count: number) => Array.from({ length: count }, (_, index) => index);
    return {
      tokenIds: inputIds.slice(row * length, row * length + tokens),
      attentions: range(layers).map((layer) =>
        range(heads).map((head) =>
          range(tokens).flatMap((token) =>
            cut(attentions.data, (layer * size + row) * heads + head, token, length, tokens),
          ),
        ),
      ),
      hiddenStates: range(layers + 1).map((layer) =>
        range(tokens).flatMap((token) => cut(states.data, layer * size + row, token, hidden, hidden)),
      ),
      logits: name.endsWith('-sequence')
        ? logits.slice((row * logits.length) / size, ((row + 1) * logits.length) / size)
        : range(tokens).flatMap((token) => {
            const outputs = logits.length / (size * length);
            return logits.slice((row * length + token) * outputs, (row * length + token + 1) * outputs);
          }),
    };
  });
  return { folder, windows };
}

function checkRows({ attentions }: LayerOutputs, tokens: number): void {
  for (const weights of attentions.flat())
    for (let row = 0; row < tokens; row++) {
      const sum = weights.subarray(row * tokens, (row + 1) * tokens).reduce((all, weight) => all + weight, 0);
      assert.ok(Math.abs(sum - 1) < 1e-5, `${sum}`);
    }
}

for (const name of networkFixtureNames()) {
  test(`${name}: attention weights, hidden states and logits equal those of PyTorch`, () => {
    const { folder, windows } = windowsOf(name);
    assert.ok(windows.length >= 2);
    assert.notEqual(windows[0].tokenIds.length, windows[1].tokenIds.length, 'one was padded in PyTorch');
    const model = Model.load(folder);
    const before = livingTensors();
    for (const { tokenIds, attentions, hiddenStates, logits } of windows) {
      const found = inspectLayers(model, tokenIds);
      assert.equal(found.attentions.length, attentions.length);
      assert.equal(found.hiddenStates.length, hiddenStates.length);
      attentions.forEach((heads, layer) => {
        assert.equal(found.attentions[layer].length, heads.length);
        heads.forEach((weights, head) => {
          assert.ok(largestDifference(found.attentions[layer][head], weights) < 1e-4);
        });
      });
      hiddenStates.forEach((states, layer) => {
        assert.ok(largestDifference(found.hiddenStates[layer], states) < 1e-4);
      });
      assert.ok(largestDifference(found.logits!, logits) < 1e-4);
      checkRows(found, tokenIds.length);
    }
    assert.equal(livingTensors(), before);
    model.dispose();
    assert.equal(livingTensors(), 0);
  });
}

const TOKEN_IDS = [2, 17, 30, 8, 3];

test('the folder of a tagger or of a classifier gives the logits of its score', async (context) => {
  for (const [folder, Network] of [
    [copyTinyBert(context), TokenClassifier],
    [tinyClassifier(context), SequenceClassifier],
  ] as const) {
    const network = Network.load(folder);
    const [expected] = await network.score([{ inputIds: Int32Array.from(TOKEN_IDS) }]);
    const [ofNetwork, ofFolder] = [inspectLayers(network, TOKEN_IDS), inspectLayers(folder, TOKEN_IDS)];
    assert.deepEqual(ofFolder, ofNetwork);
    assert.ok(largestDifference(ofFolder.logits!, expected) < 1e-5);
    network.dispose();
    assert.equal(livingTensors(), 0);
  }
});

/** A copy of a fixture whose config.json names another class. */
function renamed(context: TestContext, name: string, architecture: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  cpSync(networkFixture(name).folder, folder, { recursive: true });
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...config, architectures: [architecture] }));
  return folder;
}

test('an encoder without a head has the same layers and no logits', (context) => {
  const { folder } = networkFixture('mpnet-sequence');
  const { logits, ...layers } = inspectLayers(folder, TOKEN_IDS);
  assert.equal(logits?.length, 3);
  assert.deepEqual(inspectLayers(renamed(context, 'mpnet-sequence', 'MPNetModel'), TOKEN_IDS), layers);
  assert.equal(livingTensors(), 0);
});

test('layers have the heads that pruning left them', () => {
  const encoder = readEncoderConfiguration(networkFixture('bert-tokens').folder);
  const model = Model.fresh({ ...encoder, prunedHeads: { 1: [0] } }, { kind: 'tokens', labels: ['a'] }, 1);
  const found = inspectLayers(model, TOKEN_IDS);
  assert.deepEqual(
    found.attentions.map((heads) => heads.length),
    [2, 1],
  );
  checkRows(found, TOKEN_IDS.length);
  model.dispose();
});

test('tokens that do not fit the encoder are refused', () => {
  const { folder } = networkFixture('bert-tokens');
  const refuses = (tokenIds: number[], message: RegExp) =>
    assert.throws(() => inspectLayers(folder, tokenIds), { name: 'InputError', message });
  refuses([], /has 0 tokens, but the encoder reads 1 to 16/);
  refuses(new Array(17).fill(5), /has 17 tokens, but the encoder reads 1 to 16/);
  refuses([2, 5, 82, 3], /token 3 of the window has the id 82, but those of the encoder are 0 to 81/);
  refuses([2, 0.5], /token 2 of the window has the id 0.5/);
});
