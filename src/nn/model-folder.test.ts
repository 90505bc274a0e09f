import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../foundation';
import { Tokenizer } from '../tokenization';
import { copyPublished, nastyTexts, PUBLISHED, publishedFolder } from '../tokenization/published.fixture';
import { saveTokenizer } from './model-folder';
import { copyTinyBert } from './tiny-bert.fixture';

/** transformers.js normalizes rare CJK characters and letters of mathematics in its own way. */
const SHARED_TEXTS = nastyTexts.filter((text) => !text.includes('𠀀'));

/** Runs in a separate process, since it loads another ONNX Runtime, version 1.14. */
const ENCODE = `
  import { AutoTokenizer, env } from '@xenova/transformers';
  const { models, names, texts } = JSON.parse(process.argv[1]);
  env.allowRemoteModels = false;
  env.localModelPath = models;
  const found = {};
  for (const name of names) {
    const tokenizer = await AutoTokenizer.from_pretrained(name);
    found[name] = texts.map((text) => Array.from(tokenizer(text).input_ids.data, Number));
  }
  console.log(JSON.stringify(found));
`;

test('a tokenizer published as a vocabulary is saved with all that transformers.js reads, which finds the same ids', async (t) => {
  const models = dirname(copyPublished(t, 'roberta'));
  const saved = (name: string) => join(models, `saved-${name}`);
  for (const name of PUBLISHED) {
    mkdirSync(saved(name));
    saveTokenizer(publishedFolder(name), saved(name));
    copyFileSync(join(publishedFolder(name), 'config.json'), join(saved(name), 'config.json'));
  }
  const names = PUBLISHED.map((name) => `saved-${name}`);
  const request = JSON.stringify({ models: `${models}/`, names, texts: SHARED_TEXTS });
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', ENCODE, request], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  const found: Record<string, number[][]> = JSON.parse(output);
  for (const name of PUBLISHED) {
    const { startId, endId } = new Tokenizer(publishedFolder(name));
    const encoded = await new Tokenizer(publishedFolder(name)).encode(SHARED_TEXTS);
    const again = await new Tokenizer(saved(name)).encode(SHARED_TEXTS);
    assert.deepEqual(again, encoded, name);
    encoded.forEach(({ ids }, index) => {
      assert.deepEqual(
        found[`saved-${name}`][index],
        [startId, ...ids, endId],
        `${name}: ${SHARED_TEXTS[index]}`,
      );
    });
  }
});

test('the vocabulary files of each kind are copied along', (t) => {
  const filesOf = (name: (typeof PUBLISHED)[number]) => {
    const out = join(copyPublished(t, name), 'out');
    mkdirSync(out);
    saveTokenizer(publishedFolder(name), out);
    return readdirSync(out).sort().join(' ');
  };
  assert.equal(filesOf('bert-uncased'), 'tokenizer.json tokenizer_config.json vocab.txt');
  assert.equal(
    filesOf('bert-added'),
    'added_tokens.json special_tokens_map.json tokenizer.json tokenizer_config.json vocab.txt',
  );
  assert.equal(filesOf('roberta'), 'merges.txt tokenizer.json tokenizer_config.json vocab.json');
});

test('a missing tokenizer_config.json says how tokenizer.json treats case, a present one stays as it is', (t) => {
  const folder = copyTinyBert(t);
  const out = join(folder, 'out');
  mkdirSync(out);
  const configuration = join(folder, 'tokenizer_config.json');
  writeFileSync(configuration, '{"own": 1}');
  saveTokenizer(folder, out);
  assert.equal(readFileSync(join(out, 'tokenizer_config.json'), 'utf8'), '{"own": 1}');
  rmSync(configuration);
  const file = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8'));
  file.normalizer.lowercase = false;
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(file));
  saveTokenizer(folder, out);
  const written = JSON.parse(readFileSync(join(out, 'tokenizer_config.json'), 'utf8'));
  assert.deepEqual([written.tokenizer_class, written.do_lower_case], ['BertTokenizer', false]);
  // Python builds other normalizers from tokenizer.json only for this class.
  file.normalizer = { type: 'Lowercase' };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(file));
  saveTokenizer(folder, out);
  const { tokenizer_class: name } = JSON.parse(readFileSync(join(out, 'tokenizer_config.json'), 'utf8'));
  assert.equal(name, 'PreTrainedTokenizerFast');
  // In place: nothing to copy, the missing file is written.
  saveTokenizer(folder, folder);
  assert.ok(existsSync(configuration));
});
