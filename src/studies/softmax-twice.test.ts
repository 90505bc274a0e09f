import assert from 'node:assert/strict';
import test from 'node:test';
import { download, free, SequenceClassifier } from '../nn';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { classificationObjective, classificationTask } from '../tasks';
import { Tokenizer } from '../tokenization';
import { DEFAULT_TRAINING, lossAndGradients } from '../training';
import { crossEntropy, softmaxTwiceLimits, softmaxTwiceObjective } from './softmax-twice';

const LABELS = 7;

/** Logits of one text that favour the first label by `margin`. */
const favouring = (margin: number) =>
  Float32Array.from({ length: LABELS }, (_, label) => (label ? 0 : margin));

test('a perfect network has a loss of 0 with one softmax and log(1 + 6/e) = 1.165 with two', () => {
  assert.ok(crossEntropy(favouring(60), [0], 'once').loss < 1e-6);
  const { lowest, highest } = softmaxTwiceLimits(LABELS);
  assert.equal(lowest.toFixed(3), '1.165');
  assert.equal(highest.toFixed(3), '2.165');
  assert.ok(Math.abs(crossEntropy(favouring(60), [0], 'twice').loss - lowest) < 1e-6);
  assert.ok(Math.abs(crossEntropy(favouring(60), [1], 'twice').loss - highest) < 1e-6);
});

test('without any preference both losses are log 7', () => {
  for (const softmaxes of ['once', 'twice'] as const)
    assert.ok(Math.abs(crossEntropy(favouring(0), [3], softmaxes).loss - Math.log(LABELS)) < 1e-6);
});

test('gradients equal differences of the loss', () => {
  const logits = Float32Array.from([0.3, -1.2, 0.8, 2.1, 0, -0.4, 1.5, -0.7, 0.2, 0.1, 0.9, -2]);
  const targets = [2, 0, 3];
  for (const [softmaxes, smoothing] of [
    ['once', 0],
    ['once', 0.1],
    ['twice', 0],
    ['twice', 0.1],
  ] as const) {
    const { gradient } = crossEntropy(logits, targets, softmaxes, smoothing);
    for (let place = 0; place < logits.length; place++) {
      const moved = (by: number) => {
        const other = logits.slice();
        other[place] += by;
        return crossEntropy(other, targets, softmaxes, smoothing).loss;
      };
      assert.ok(Math.abs((moved(1e-2) - moved(-1e-2)) / 2e-2 - gradient[place]) < 1e-4);
    }
  }
});

test('the objective has the loss of the logits, and the gradient of the head sums those of the texts', async () => {
  const labels = ['a', 'b', 'c'];
  const configuration = { labels, outcome: 'one' as const, maximumLength: 16, threshold: 0.5 };
  const network = SequenceClassifier.fromEncoder(tinyBertFolder, configuration, 3);
  const texts = ['the cell', 'a gene', 'liver'].map((text, index) => ({
    ...{ text, labels: [labels[(index + 1) % 3]], several: false },
  }));
  const tokenizer = new Tokenizer(tinyBertFolder);
  const { examples } = await classificationTask.prepare(texts, tokenizer, network);
  const options = { ...DEFAULT_TRAINING, dropout: 0, labelSmoothing: 0.1, loss: 'cross_entropy' as const };
  const objective = softmaxTwiceObjective(network, classificationObjective(network, options), 0.1);
  const { loss, gradients } = lossAndGradients(objective, { examples, share: 1, draw: null }, 1);
  const logits = Float32Array.from((await network.score(examples)).flatMap((own) => [...own]));
  const expected = crossEntropy(logits, [1, 2, 0], 'twice', 0.1);
  assert.ok(Math.abs(loss - expected.loss) < 1e-5, `${loss} ${expected.loss}`);
  const bias = [...gradients].find(([name]) => /classifier\.bias$/.test(name))![1];
  const sums = labels.map((_, label) =>
    expected.gradient.reduce((sum, one, place) => sum + (place % 3 === label ? one : 0), 0),
  );
  [...download(bias)].forEach((one, label) => {
    assert.ok(Math.abs(one - sums[label]) < 1e-5);
  });
  free(...gradients.values());
  network.dispose();
});
