import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sentence } from '../../foundation';
import { free, readConfiguration, setDropout } from '../../nn';
import { copyTinyBert } from '../../nn/tiny-bert.fixture';
import { Tokenizer } from '../../tokenization';
import { BIO } from '../../tokenization/tag-set.fixture';
import { DEFAULT_TRAINING, lossAndGradients } from '../../training';
import { taggingObjective, taggingTask } from './task';

test('the dropout of a configuration is applied to the network and saved in its folder', (context) => {
  const folder = copyTinyBert(context); // the encoder's dropout is 0
  const example = {
    inputIds: Int32Array.of(2, 20, 21, 22, 3),
    labels: new Uint8Array(5 * 8),
    known: new Uint8Array(5 * 8).fill(1),
  };
  for (const dropout of [0.3, 0, null]) {
    const configuration = { ...DEFAULT_TRAINING, train: [], dev: [], maximumLength: 32, dropout };
    const model = taggingTask.create(folder, BIO.labels, [], configuration);
    setDropout(model.configuration.encoder, dropout);
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

test('unlearnable labels are reported, sentences without known labels rejected', () => {
  const sentence = { article: 'A', section: '', paragraph: 0, offset: 0, text: 'T cell', spans: [] };
  const check = (sentences: Sentence[], labels: string[]) =>
    taggingTask.check(sentences, labels, { ...DEFAULT_TRAINING, seed: 1 }, 'x.jsonl');
  assert.throws(
    () => check([{ ...sentence, annotated: [] }], ['Cell']),
    /x.jsonl: no sentence has annotated labels/,
  );
  assert.throws(
    () => check([{ ...sentence, annotated: ['Cell'] }], ['Cell']),
    /no sentence has a mention of Cell/,
  );
  const cell = { start: 0, end: 6, label: 'Cell' };
  const labels = ['Cell', 'Cell Line', 'Organ Tissue'];
  assert.deepEqual(check([{ ...sentence, spans: [cell], annotated: ['Cell', 'Cell Line'] }], labels), [
    'Cell Line: no sentence has a mention of it: the model will learn to find none',
    'Organ Tissue: no source annotated it: its outputs are not trained',
  ]);
});

test('mentions that are not learned are named with their place', async (context) => {
  const folder = copyTinyBert(context);
  const configuration = { ...DEFAULT_TRAINING, train: [], dev: [], maximumLength: 32 };
  const model = taggingTask.create(folder, ['tool'], [], configuration);
  const sentence: Sentence = {
    ...{ article: 'train.jsonl line 3', section: '', paragraph: 0, offset: 0, text: 'the large pot' },
    spans: [
      { start: 4, end: 13, label: 'tool' },
      { start: 10, end: 13, label: 'tool' },
    ],
    annotated: ['tool'],
  };
  const { notices } = await taggingTask.prepare(Array(7).fill(sentence), new Tokenizer(folder), model);
  const [notice] = notices.filter((line) => line.includes('not learned'));
  assert.match(notice, /^7 mentions inside or across another one of the same label, not learned: /);
  assert.match(notice, /train\.jsonl line 3, tool "pot" in "the large pot"; .*; and 2 more$/);
  model.dispose();
});
