// The commands that train never overwrite their inputs, and no two of them write to a folder at once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { acquireLock, projectRoot } from '../foundation';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';

const program = join(projectRoot, 'environment', 'falconframes.cjs');

const SENTENCE = `${JSON.stringify({
  ...{ article: 'PMC1', section: '', paragraph: 0, offset: 0, annotated: ['Cell Line'] },
  ...{ text: 'HeLa cells grow.', spans: [{ start: 0, end: 4, label: 'Cell Line' }] },
})}\n`;

function prepare(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (...names: string[]) => join(folder, ...names);
  for (const name of ['train', 'dev', 'test']) writeFileSync(at(`${name}.jsonl`), SENTENCE);
  const write = (path: string, changes: object = {}) =>
    writeFileSync(
      path,
      JSON.stringify({
        encoder: tinyBertFolder,
        train: [at('train.jsonl')],
        dev: [at('dev.jsonl')],
        epochs: 1,
        maximumLength: 64,
        ...changes,
      }),
    );
  write(at('config.json'));
  const refuses = (message: RegExp, ...args: string[]) => {
    const before = readdirSync(folder, { recursive: true }).sort();
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 1, stderr);
    assert.equal(stdout, '');
    const said = stderr.split('\n').filter((line) => line.startsWith('falconframes: '));
    assert.equal(said.length, 1, stderr);
    assert.match(said[0], message);
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), before);
  };
  return { at, write, refuses };
}

test('corpus rejects an impossible output path before anything is read', (context) => {
  const { at, refuses } = prepare(context);
  mkdirSync(at('d'));
  const corpus = (out: string) => ['corpus', 'tmvar', '--split', 'test', '--out', out];
  refuses(/d: is a folder/, ...corpus('d'));
  refuses(/new\/: is a folder/, ...corpus('new/'));
  refuses(/part of the path is a file|is a file; choose another place/, ...corpus('train.jsonl/x'));
  refuses(/its name is too long/, ...corpus('x'.repeat(300)));
});

test('train rejects an output folder where it would overwrite its inputs', (context) => {
  const { at, write, refuses } = prepare(context);
  mkdirSync(at('run'));
  write(at('run', 'config.json'));
  const train = (config: string, out: string) => ['train', '--config', config, '--out', out];
  refuses(/config\.json: is an input/, ...train('run/config.json', 'run'));
  cpSync(at('train.jsonl'), at('run', 'metrics.jsonl'));
  write(at('other.json'), { train: [at('run', 'metrics.jsonl')] });
  refuses(/metrics\.jsonl: is an input/, ...train('other.json', 'run'));
  refuses(/train\.jsonl: is not a folder/, ...train('config.json', 'train.jsonl'));
  for (const place of [['onnx'], ['last', 'onnx'], ['checkpoint']]) {
    mkdirSync(at('run', ...place), { recursive: true });
    cpSync(at('train.jsonl'), at('run', ...place, 'state-1-1.safetensors'));
    write(at('other.json'), { train: [at('run', ...place, 'state-1-1.safetensors')] });
    refuses(
      new RegExp(`${place.join('/')}: contains an input and would be removed`),
      ...train('other.json', 'run'),
    );
  }
  mkdirSync(at('linked'));
  symlinkSync(join(tinyBertFolder, 'model.safetensors'), at('linked', 'model.safetensors'));
  refuses(/linked\/model\.safetensors: is an input/, ...train('config.json', 'linked'));
  refuses(/train\.jsonl: is not a folder/, ...train('config.json', 'new'), '--track', 'train.jsonl');
  cpSync(tinyBertFolder, at('encoder'), { recursive: true });
  write(at('own.json'), { encoder: at('encoder') });
  refuses(/encoder: is an input/, ...train('own.json', 'encoder'));
  symlinkSync(at('encoder'), at('link'));
  refuses(/link: is an input/, ...train('own.json', 'link'));
});

test('average and pretrain reject an output folder that is one of their inputs', (context) => {
  const { at, refuses } = prepare(context);
  for (const name of ['one', 'two']) cpSync(tinyBertFolder, at(name), { recursive: true });
  refuses(/two: is an input/, 'average', 'one', 'two', '--out', 'two');
  writeFileSync(at('text.txt'), 'HeLa cells grow.\n');
  refuses(/one\/: is an input/, 'pretrain', '--text', 'text.txt', '--encoder', 'one', '--out', './one/');
  mkdirSync(at('out'));
  writeFileSync(at('out', 'vocab.txt'), 'HeLa cells grow.\n');
  refuses(
    /vocab\.txt: is an input/,
    'pretrain',
    '--text',
    'out/vocab.txt',
    '--encoder',
    'one',
    '--out',
    'out',
  );
});

test('compress, evaluate and collect reject outputs that would overwrite their inputs', (context) => {
  const { at, refuses } = prepare(context);
  cpSync(tinyBertFolder, at('model'), { recursive: true });
  mkdirSync(at('model', 'onnx'));
  writeFileSync(at('model', 'onnx', 'model.onnx'), 'x');
  const withFile = (...names: string[]) => {
    mkdirSync(at(...names.slice(0, -1)), { recursive: true });
    cpSync(at('train.jsonl'), at(...names));
    return names.join('/');
  };
  const compress = (command: string, out: string, ...others: string[]) => [
    ...['compress', command, '--model', 'model', '--out', out, ...others],
  ];
  for (const name of ['trim.json', 'config.json'])
    refuses(new RegExp(`${name}: is an input`), ...compress('trim', 't', '--texts', withFile('t', name)));
  const heldOut = ['--texts', 'train.jsonl', '--held-out', withFile('t', 'onnx', 'x.jsonl')];
  refuses(/t\/onnx: contains an input/, ...compress('trim', 't', ...heldOut));
  const heads = ['--heads', '1', '--data', withFile('p', 'prune.json')];
  refuses(/prune\.json: is an input/, ...compress('prune', 'p', ...heads));
  const calibrate = ['--kind', 'static', '--calibrate', withFile('q', 'onnx', 'model_quantized.onnx')];
  refuses(/model_quantized\.onnx: is an input/, ...compress('quantize', 'q', ...calibrate));
  mkdirSync(at('linked', 'onnx'), { recursive: true });
  symlinkSync(at('model', 'onnx', 'model.onnx'), at('linked', 'onnx', 'model.onnx'));
  for (const command of ['export', 'fuse'])
    refuses(/model\.onnx: is an input/, ...compress(command, 'linked'));
  const evaluate = ['evaluate', '--model', 'model', '--data', 'test.jsonl', '--html'];
  for (const page of ['test.jsonl', 'model/onnx/model.onnx']) refuses(/is an input/, ...evaluate, page);
  refuses(/output path is empty/, ...evaluate, '');
  writeFileSync(at('train.jsonl'), 'PMC90000001');
  const ids = withFile('collection', 'articles', 'PMC90000001.json');
  refuses(
    /PMC90000001\.json: is an input/,
    'collect',
    '--source',
    'sample',
    '--ids',
    ids,
    '--out',
    'collection',
  );
});

const search = (out: string, ...others: string[]) => [
  ...['search', '--space', 'space.json', '--sampler', 'grid', '--train', 'train.jsonl'],
  ...['--dev', 'dev.jsonl', '--test', 'test.jsonl', '--out', out, ...others],
];
const SPACE = { parameters: { epochs: { choices: [1] } }, fixed: { encoder: tinyBertFolder } };

test('search rejects an output folder where it would overwrite or delete files of others', (context) => {
  const { at, refuses } = prepare(context);
  writeFileSync(at('space.json'), JSON.stringify(SPACE));
  mkdirSync(at('mine', 'trials', '1'), { recursive: true });
  writeFileSync(at('mine', 'trials', '1', 'thesis.txt'), 'of years');
  refuses(/trials: does not belong to a search started here/, ...search('mine'));
  assert.equal(readFileSync(at('mine', 'trials', '1', 'thesis.txt'), 'utf8'), 'of years');
  mkdirSync(at('linked'));
  symlinkSync(at('mine', 'trials'), at('linked', 'trials'));
  refuses(/trials: is a file or a link/, ...search('linked'));
  writeFileSync(at('best.json'), JSON.stringify(SPACE));
  refuses(/best\.json: is an input/, ...search('.').map((one) => (one === 'space.json' ? 'best.json' : one)));
  refuses(
    /a search may have at most 100000/,
    ...search('new', '--sampler', 'random', '--trials', '1000000000000'),
  );
});

test('a second run in the same folder is rejected', (context) => {
  const { at, refuses } = prepare(context);
  writeFileSync(at('space.json'), JSON.stringify(SPACE));
  mkdirSync(at('out'));
  const release = acquireLock(at('out'));
  refuses(
    /out: is in use by another run \(process \d+\)/,
    'train',
    '--config',
    'config.json',
    '--out',
    'out',
  );
  refuses(/out: is in use by another run/, ...search('out'));
  release();
  assert.ok(!existsSync(at('out', '.lock')));
});

test("nobody's file is overwritten that only has the name of an output", (context) => {
  const { at, refuses } = prepare(context);
  const others = (name: string, content: string) => {
    const folder = at(`others-${name}`);
    mkdirSync(folder);
    writeFileSync(join(folder, name), content);
    return folder;
  };
  const train = (out: string) => ['train', '--config', 'config.json', '--out', out];
  refuses(/config\.json: is not a model's configuration/, ...train(others('config.json', '{"mine": 1}')));
  refuses(/metrics\.jsonl: is not the metrics/, ...train(others('metrics.jsonl', '{"speed": 1}\n')));
  refuses(/index\.html: is of another site/, 'demo', '--out', others('index.html', 'my page'));
  const collect = spawnSync(
    process.execPath,
    [program, 'collect', '--source', 'sample', '--out', 'collection'],
    { cwd: at() },
  );
  assert.equal(collect.status, 0);
  refuses(
    /train\.jsonl: was not written by preprocess/,
    ...['preprocess', '--in', 'collection', '--out', others('train.jsonl', SENTENCE)],
  );
  const model = at('model');
  cpSync(tinyBertFolder, model, { recursive: true });
  refuses(
    /model: contains another model/,
    ...['compress', 'export', '--model', tinyBertFolder, '--out', model],
  );
});

test('a new run says what it replaces, and keeps the files of others in the folder of the model', (context) => {
  const { at } = prepare(context);
  const train = () => {
    const run = spawnSync(
      process.execPath,
      [program, 'train', '--config', 'config.json', '--out', 'run', '--replicas', '1'],
      { cwd: at(), encoding: 'utf8' },
    );
    assert.equal(run.status, 0, run.stderr);
    return run.stderr;
  };
  assert.doesNotMatch(train(), /replaces/);
  for (const place of [['onnx'], ['last', 'onnx']]) {
    mkdirSync(at('run', ...place), { recursive: true });
    for (const name of ['model.onnx', 'notes.txt']) writeFileSync(at('run', ...place, name), 'x');
  }
  assert.match(train(), /^run: contains a model, which this run replaces after its first epoch/m);
  assert.deepEqual(readdirSync(at('run', 'onnx')), ['notes.txt']);
  assert.deepEqual(readdirSync(at('run', 'last', 'onnx')), ['notes.txt']);
});
