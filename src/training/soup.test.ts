import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { livingTensors, readSafetensors, TokenClassifier } from '../nn';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { averageModels } from './soup';

test('every weight is the mean over the models, and the folder loads', (t) => {
  const folders = [0, 1, 2].map((index) => {
    const folder = copyTinyBert(t);
    const model = TokenClassifier.load(folder);
    const tensors = model.parameters.snapshot();
    for (const { data } of tensors.values())
      data.forEach((value, place) => {
        data[place] = value + index ** 2 * Math.sin(place); // multiplied by 0, 1 and 4: 5/3 on average
      });
    model.parameters.restore(tensors);
    model.save(folder);
    model.dispose();
    return folder;
  });
  const out = join(folders[0], 'soup');
  averageModels(folders, out);
  const model = TokenClassifier.load(out);
  const found = model.parameters.snapshot();
  model.dispose();
  const start = TokenClassifier.load(folders[0]);
  for (const [name, { data }] of start.parameters.snapshot())
    data.forEach((value, place) => {
      assert.ok(Math.abs(found.get(name)!.data[place] - value - (5 / 3) * Math.sin(place)) < 1e-5, name);
    });
  start.dispose();
  assert.equal(livingTensors(), 0);
  assert.ok(readSafetensors(join(out, 'model.safetensors')).size > 0);
});

test('models that cannot be averaged are rejected in one sentence, and nothing is written', (t) => {
  const [one, two, three] = [0, 1, 2].map(() => copyTinyBert(t));
  const out = join(one, 'soup');
  const change = (folder: string, file: string, edit: (content: string) => string) => {
    const path = join(folder, file);
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
  };
  change(two, 'config.json', (content) =>
    content.replace('"intermediate_size": 32', '"intermediate_size": 64'),
  );
  change(three, 'tokenizer.json', (content) => content.replace('[UNK]', '[unk]'));
  assert.throws(() => averageModels([one], out), /one model cannot be averaged; name two or more/);
  assert.throws(() => averageModels([one, two], out), /intermediateSize is 64, but 32 in/);
  assert.throws(() => averageModels([one, three], out), /its tokenizer is not the same as in/);
  assert.ok(!existsSync(out));
});
