import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { published } from './checkpoints/published.fixture';
import { fetchEncoder } from './encoders';
import { Model } from './model';
import { networkFixture } from './network.fixture';
import { tinyBertFolder } from './tiny-bert.fixture';

const NAME = 'someone/tiny.model';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** A hub with one model; `damage` says which file is damaged, and how often. */
async function startHub(context: TestContext, files: Record<string, Buffer>, damage: Record<string, number>) {
  const asked: string[] = [];
  const list = Object.entries(files).map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex'),
    // As on the hub, where only large files have this.
    ...(/\.(safetensors|bin)$/.test(rfilename) && {
      lfs: { sha256: createHash('sha256').update(content).digest('hex') },
    }),
  }));
  const server: Server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const name = url.split('/').at(-1)!;
    if (url === `/api/models/${NAME}/revision/main?blobs=true`) {
      response.end(JSON.stringify({ sha: COMMIT, siblings: list }));
    } else if (url.startsWith(`/${NAME}/resolve/${COMMIT}/`) && files[name]) {
      const broken = (damage[name] ?? 0) > 0;
      if (broken) damage[name]--;
      response.end(broken ? files[name].subarray(1) : files[name]);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cache = mkdtempSync(join(tmpdir(), 'falconframes-hub-'));
  const { HF_ENDPOINT, FALCONFRAMES_CACHE } = process.env;
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  process.env.FALCONFRAMES_CACHE = cache;
  context.after(() => {
    server.close();
    for (const [key, value] of Object.entries({ HF_ENDPOINT, FALCONFRAMES_CACHE })) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
    rmSync(cache, { recursive: true });
  });
  return { asked, cache, server };
}

function modelFiles(): Record<string, Buffer> {
  const { folder } = networkFixture('distilbert-tokens');
  return {
    'config.json': readFileSync(join(folder, 'config.json')),
    'model.safetensors': readFileSync(join(folder, 'model.safetensors')),
    'tokenizer.json': readFileSync(join(tinyBertFolder, 'tokenizer.json')),
    'README.md': Buffer.from('not asked for'),
  };
}

test('a model of the hub is downloaded once, retried if damaged, and can be loaded', async (context) => {
  const { asked, cache } = await startHub(context, modelFiles(), {
    'model.safetensors': 1,
    'config.json': 1,
  });
  const folder = await fetchEncoder(NAME);
  Model.load(folder).dispose();
  assert.deepEqual(readdirSync(folder).sort(), ['config.json', 'model.safetensors', 'tokenizer.json']);
  assert.deepEqual(readdirSync(join(cache, 'models')), ['someone--tiny.model']);
  assert.equal(asked.length, 1 + 3 + 2);
  assert.equal(await fetchEncoder(NAME), folder);
  assert.equal(asked.length, 6);
});

test('a damaged, incomplete or unknown model is reported in one sentence, and nothing is kept', async (context) => {
  const files = modelFiles();
  const { cache, server } = await startHub(context, files, { 'model.safetensors': 99 });
  const refuses = (name: string, message: RegExp) =>
    assert.rejects(fetchEncoder(name), { name: 'InputError', message });
  await refuses(NAME, /someone\/tiny\.model cannot be downloaded.*model\.safetensors is damaged/);
  await refuses('someone/else', /answered 404/);
  await refuses('minilm', /there is no encoder "minilm"/);
  server.close();
  server.closeAllConnections();
  await refuses(NAME, /ECONNREFUSED.*go online, or name the folder/);
  assert.equal(existsSync(join(cache, 'models', 'someone--tiny.model')), false);
  assert.deepEqual(existsSync(join(cache, 'models')) ? readdirSync(join(cache, 'models')) : [], []);
});

test('a model without weights or tokenizer is rejected, naming what is missing', async (context) => {
  const { 'model.safetensors': _, 'tokenizer.json': __, ...files } = modelFiles();
  await startHub(context, { ...files, 'vocab.json': Buffer.from('{}'), 'tf_model.h5': Buffer.from('x') }, {});
  await assert.rejects(fetchEncoder(NAME), {
    name: 'InputError',
    message: /has no tokenizer\.json or vocab\.txt and no model\.safetensors or pytorch_model\.bin/,
  });
});

test('the weights of an encoder that is not known are not downloaded', async (context) => {
  const files = { ...modelFiles(), 'config.json': Buffer.from('{"model_type":"xlm-roberta"}') };
  const { asked, cache } = await startHub(context, files, {});
  await assert.rejects(fetchEncoder(NAME), {
    name: 'InputError',
    message: /^someone\/tiny\.model\/config\.json: the model type is "xlm-roberta"; known are bert/,
  });
  assert.ok(!asked.some((url) => url.endsWith('.safetensors')));
  assert.deepEqual(readdirSync(join(cache, 'models')), []);
});

test('an existing folder without config.json is not looked for on the hub', async (context) => {
  const { asked, cache } = await startHub(context, modelFiles(), {});
  const before = process.cwd();
  process.chdir(cache);
  context.after(() => process.chdir(before));
  mkdirSync(join(cache, 'biobert', 'v1'), { recursive: true });
  const refuses = (name: string, message: RegExp) =>
    assert.rejects(fetchEncoder(name), { name: 'InputError', message });
  await refuses('biobert/v1', /^biobert\/v1: config\.json is missing; name the folder of a pretrained model/);
  writeFileSync(join(cache, 'biobert', 'v1', 'bert_config.json'), '{}');
  await refuses('biobert/v1', /copy bert_config\.json to config\.json and add "model_type": "bert"/);
  await refuses(join(cache, 'biobert', 'v1'), /config\.json is missing/);
  assert.deepEqual(asked, []);
});

const small = () => ({
  'config.json': readFileSync(published('config.json')),
  'vocab.txt': readFileSync(published('vocab.txt')),
});
const shardsIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(published(folder)).map((name) => [name, readFileSync(published(folder, name))]),
  );

test('a model as its authors publish it, with pytorch_model.bin and vocab.txt, is downloaded and read', async (context) => {
  const weights = { 'pytorch_model.bin': readFileSync(published('older.bin')) };
  const { asked } = await startHub(context, { ...small(), ...weights, 'tf_model.h5': Buffer.from('x') }, {});
  const folder = await fetchEncoder(NAME);
  assert.deepEqual(readdirSync(folder).sort(), ['config.json', 'pytorch_model.bin', 'vocab.txt']);
  assert.equal(asked.length, 4);
  Model.load(folder).dispose();
});

for (const form of ['torch-shards', 'safetensors-shards'])
  test(`weights in ${form} are downloaded with their index`, async (context) => {
    const files = { ...small(), ...shardsIn(form) };
    const unused: Record<string, Buffer> =
      form === 'torch-shards' ? {} : { 'pytorch_model.bin': Buffer.from('not needed') };
    const damage = Object.fromEntries(Object.keys(files).map((name) => [name, 1]));
    await startHub(context, { ...files, ...unused }, damage);
    const folder = await fetchEncoder(NAME);
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(files).sort());
    Model.load(folder).dispose();
  });

test('files of byte-level tokenizers are downloaded if there is no tokenizer.json', async (context) => {
  const { 'tokenizer.json': _, 'README.md': readMe, ...files } = modelFiles();
  const wanted = {
    ...{ ...files, 'vocab.json': Buffer.from('{}'), 'merges.txt': Buffer.from('') },
    ...{ 'tokenizer_config.json': Buffer.from('{}'), 'added_tokens.json': Buffer.from('{}') },
  };
  await startHub(context, { ...wanted, 'README.md': readMe }, {});
  assert.deepEqual(readdirSync(await fetchEncoder(NAME)).sort(), Object.keys(wanted).sort());
});

const indices: [what: string, index: string, message: RegExp][] = [
  [
    'a path',
    '{"weight_map":{"x":"../../pwned.bin"}}',
    /^someone\/tiny\.model\/pytorch_model\.bin\.index\.json: names "\.\.\/\.\.\/pwned\.bin"/,
  ],
  ['another kind of file', '{"weight_map":{"x":"config.json"}}', /names "config\.json"/],
  ['another format', '{"weight_map":{"x":"model.safetensors"}}', /must be \.bin files/],
  [
    'a file that the hub does not list',
    '{"weight_map":{"x":"other.bin"}}',
    /has no other\.bin, which its index/,
  ],
  ['nothing', '{"weight_map":{}}', /names 0 files/],
  ['no JSON', '<html>', /not valid JSON/],
];

for (const [what, index, message] of indices)
  test(`an index of weights that names ${what} is refused before weights are requested`, async (context) => {
    const files = { ...small(), 'pytorch_model.bin.index.json': Buffer.from(index) };
    const { asked, cache } = await startHub(context, files, {});
    await assert.rejects(fetchEncoder(NAME), { name: 'InputError', message });
    assert.equal(asked.length, 4);
    assert.deepEqual(readdirSync(join(cache, 'models')), []);
  });

/** A hub that gives this answer to every request. */
async function startLiar(
  context: TestContext,
  list: (name: string) => string | Buffer,
  file?: RequestListener,
) {
  const asked: string[] = [];
  const { cache, server } = await startHub(context, {}, {});
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    asked.push(request.url!);
    if (request.url!.startsWith('/api/models/')) response.end(list(request.url!));
    else if (file) file(request, response);
    else response.end('{}');
  });
  return { asked, cache };
}

/** A hub whose connections break; `answer` sends the file's part from the requested byte. */
async function startBreaking(
  context: TestContext,
  content: Buffer,
  answer: (response: ServerResponse, from: number, attempt: number) => void,
) {
  const { server } = await startHub(context, {}, {});
  const files = { ...small(), 'model.safetensors': content };
  const siblings = Object.entries(files).map(([rfilename, bytes]) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { rfilename, size: bytes.length, lfs: { sha256 } };
  });
  const ranges: (string | undefined)[] = [];
  server.removeAllListeners('request');
  server.on('request', ({ url = '', headers }: IncomingMessage, response: ServerResponse) => {
    const name = url.split('/').at(-1)! as keyof typeof files;
    if (url.startsWith('/api/')) response.end(JSON.stringify({ sha: COMMIT, siblings }));
    else if (name !== 'model.safetensors') response.end(files[name]);
    else {
      ranges.push(headers.range);
      answer(response, Number(/\d+/.exec(headers.range ?? '0')![0]), ranges.length);
    }
  });
  return ranges;
}

const weights = readFileSync(published('reference.safetensors'));

/** Sends some bytes from a place on, and breaks the connection. */
function breakAfter(response: ServerResponse, from: number, bytes: Buffer): void {
  const range = `bytes ${from}-${weights.length - 1}/${weights.length}`;
  const head = { 'content-length': weights.length - from, 'content-range': range };
  response.writeHead(from > 0 ? 206 : 200, head);
  if (bytes.length === weights.length - from) response.end(bytes);
  else response.write(bytes, () => setTimeout(() => response.destroy(), 50));
}

test('a broken download continues where it broke', async (context) => {
  const ranges = await startBreaking(context, weights, (response, from, attempt) =>
    breakAfter(response, from, weights.subarray(from, attempt < 3 ? from + 1000 : undefined)),
  );
  const folder = await fetchEncoder(NAME);
  assert.deepEqual(ranges, [undefined, 'bytes=1000-', 'bytes=2000-']);
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights);
});

test('a piece that is written only in part, as on a full disk, is written again', async (context) => {
  const ranges = await startBreaking(context, weights, (response, from) =>
    breakAfter(response, from, weights.subarray(from, from === 0 ? 1000 : undefined)),
  );
  const file = await open(published('config.json'));
  const prototype: FileHandle = Object.getPrototypeOf(file);
  await file.close();
  const { appendFile } = prototype;
  let failed = 0;
  context.mock.method(prototype, 'appendFile', async function (this: FileHandle, piece: Buffer) {
    if (ranges.length !== 2 || failed++ > 0) return appendFile.call(this, piece);
    await appendFile.call(this, piece.subarray(0, 7));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  const folder = await fetchEncoder(NAME);
  assert.deepEqual(ranges, [undefined, 'bytes=1000-', 'bytes=1000-']);
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights);
});

test('a download starts over if the server ignores the range, sends another part, or the parts do not fit', async (context) => {
  for (const second of ['whole', 'other part', 'damaged'] as const) {
    const ranges = await startBreaking(context, weights, (response, from, attempt) => {
      if (attempt === 1) breakAfter(response, from, weights.subarray(0, 1000));
      else if (attempt > 2 || second === 'whole') response.end(weights);
      else if (second === 'damaged') breakAfter(response, from, Buffer.alloc(weights.length - from));
      else
        response
          .writeHead(206, { 'content-range': `bytes 0-9/${weights.length}` })
          .end(weights.subarray(0, 10));
    });
    const folder = await fetchEncoder(NAME);
    assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights, second);
    assert.equal(ranges.length, second === 'whole' ? 2 : 3, second);
    assert.equal(ranges[1], 'bytes=1000-');
  }
});

const blob = (text: string) => createHash('sha1').update(`blob ${text.length}\0`).update(text).digest('hex');
const listed = (changes: object = {}, commit: unknown = COMMIT) =>
  JSON.stringify({
    sha: commit,
    siblings: ['../../../pwned', '..', '/pwned', 'config.json', 'tokenizer.json', 'model.safetensors'].map(
      (rfilename) => ({ rfilename, size: 2, blobId: blob('{}'), ...changes }),
    ),
  });

const lists: [what: string, list: string, message: RegExp][] = [
  ['null', 'null', /has no commit/],
  ['a list', '[]', /has no commit/],
  ['text', '<html>', /is not JSON/],
  ['deep nesting', '['.repeat(1_000_000), /is not JSON/],
  ['no files', JSON.stringify({ sha: COMMIT }), /lists no files/],
  [
    'files that are none',
    JSON.stringify({ sha: COMMIT, siblings: [null, 1, 'x', {}, []] }),
    /has no config\.json/,
  ],
  ['a commit that is a path', listed({}, '../../..'), /has no commit/],
  ['a commit that is a number', listed({}, 1), /has no commit/],
  ['a size beyond any', listed({ size: 1e18 }), /lists config\.json with no size/],
  ['a size below 0', listed({ size: -1 }), /lists config\.json with no size/],
  ['no size', listed({ size: undefined }), /lists config\.json with no size/],
  ['a hash that is none', listed({ blobId: 'x' }), /lists config\.json without a hash/],
  ['another hash that is none', listed({ lfs: { sha256: '' } }), /lists config\.json without a hash/],
  ['more than a list has', `{"a":"${'x'.repeat(9 << 20)}"}`, /list of files is larger than/],
];

for (const [what, list, message] of lists)
  test(`a hub that lists ${what} is rejected after one request`, async (context) => {
    const { asked, cache } = await startLiar(context, () => list);
    await assert.rejects(fetchEncoder(NAME), { name: 'InputError', message });
    assert.equal(asked.length, 1);
    assert.deepEqual(readdirSync(join(cache, 'models')), []);
  });

test('files that the hub lists under other names are never requested', async (context) => {
  const { asked, cache } = await startLiar(context, () => listed());
  await fetchEncoder(NAME).catch(() => {});
  assert.equal(asked.length, 3); // The list, the configuration, which names no encoder, and the tokenizer.
  assert.ok(asked.every((path) => !path.includes('pwned')));
  assert.deepEqual(readdirSync(cache), ['models']);
});

test('a file longer than its listed size is cut off', async (context) => {
  const { asked, cache } = await startLiar(
    context,
    () => listed(),
    (_, response) => {
      const send = () => {
        while (!response.destroyed && response.write('x'.repeat(100_000)));
        if (!response.destroyed) response.once('drain', send);
      };
      send();
    },
  );
  await assert.rejects(fetchEncoder(NAME), {
    name: 'InputError',
    message: /config\.json is larger than the 2 bytes/,
  });
  assert.equal(asked.length, 2);
  assert.deepEqual(readdirSync(join(cache, 'models')), []);
});

test('a password in the address of the hub is never shown', async (context) => {
  await startLiar(context, () => listed());
  process.env.HF_ENDPOINT = process.env.HF_ENDPOINT!.replace('//', '//ada:secret@');
  await assert.rejects(
    fetchEncoder(NAME),
    (error: Error) => error.name === 'InputError' && !/ada|secret/.test(error.message),
  );
});
