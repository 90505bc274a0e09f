import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { free, readConfiguration } from '../../nn';
import { copyTinyBert } from '../../nn/tiny-bert.fixture';
import { DEFAULT_TRAINING, lossAndGradients } from '../../training';
import { createTagger, taggingObjective } from './objective';

test('the dropout of a configuration reaches the network and its folder', (context) => {
  const folder = copyTinyBert(context); // its own dropout is 0
  const example = {
    inputIds: Int32Array.of(2, 20, 21, 22, 3),
    labels: new Uint8Array(5 * 8),
    known: new Uint8Array(5 * 8).fill(1),
  };
  for (const dropout of [0.3, 0, null]) {
    const configuration = { ...DEFAULT_TRAINING, train: [], dev: [], maximumLength: 32, dropout };
    const model = createTagger(folder, configuration);
    const losses = [1, 2].map((draw) => {
      const { loss, gradients } = lossAndGradients(
        taggingObjective(model, configuration),
        { examples: [example], share: 1, draw },
        1,
      );
      free(...gradients.values());
      return loss;
    });
    assert.equal(losses[0] !== losses[1], dropout === 0.3, `dropout ${dropout}: losses ${losses}`);
    const saved = join(folder, String(dropout));
    model.save(saved);
    const { hiddenDropout, attentionDropout, sequenceDropout } = readConfiguration(saved).encoder;
    assert.deepEqual([hiddenDropout, attentionDropout, sequenceDropout], Array(3).fill(dropout ?? 0));
    model.dispose();
  }
});
