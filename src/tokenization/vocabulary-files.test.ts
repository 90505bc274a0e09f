import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { copyPublished, type PUBLISHED } from './published.fixture';
import { Tokenizer } from './tokenizer';
import { readMerges, readWordPieces } from './vocabulary-files';

function setUp(context: TestContext, name: (typeof PUBLISHED)[number]) {
  const folder = copyPublished(context, name);
  const at = (file: string) => join(folder, file);
  const write = (file: string, content: unknown) =>
    writeFileSync(at(file), typeof content === 'string' ? content : JSON.stringify(content));
  const read = (file: string) => readFileSync(at(file), 'utf8');
  const refuses = (message: RegExp) =>
    assert.throws(
      () => new Tokenizer(folder),
      (error: Error) => {
        assert.ok(error instanceof InputError, error.stack);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'), error.message);
        return true;
      },
    );
  const idsOf = async (text: string) => [...(await new Tokenizer(folder).encode([text]))[0].ids];
  return { folder, at, write, read, refuses, idsOf };
}

test('for a folder without a tokenizer, the missing files are named', (context) => {
  const { at, refuses, write } = setUp(context, 'roberta');
  rmSync(at('merges.txt'));
  refuses(/tokenizer\.json is missing; copy .* vocab\.txt, or its vocab\.json and merges\.txt/);
  write('merges.txt', '#version: 0.2\n');
  rmSync(at('vocab.json'));
  refuses(/tokenizer\.json is missing/);
});

test('line ends, a byte order mark and a missing last line end leave vocab.txt as it is', async (context) => {
  const { read, write, idsOf } = setUp(context, 'bert-uncased');
  const [text, lines] = ['HeLa cells [MASK] q.', read('vocab.txt')];
  const ids = await idsOf(text);
  for (const changed of [
    lines.replaceAll('\n', '\r\n'),
    `\ufeff${lines}`,
    lines.trimEnd(),
    lines.replaceAll('\n', ' \u0085\u3000\n'),
  ]) {
    write('vocab.txt', changed);
    assert.deepEqual(await idsOf(text), ids);
  }
});

test('of equal lines the last counts, and an empty line takes an id', async (context) => {
  const { read, write, idsOf } = setUp(context, 'bert-uncased');
  const size = read('vocab.txt').trimEnd().split('\n').length;
  const [cell] = await idsOf('cell');
  write('vocab.txt', `${read('vocab.txt')}\n\ncell\n`);
  assert.deepEqual(await idsOf('cell'), [size + 2]);
  assert.notEqual(cell, size + 2);
});

test('an added token that would take the id of another is refused', (context) => {
  const { at, write, refuses } = setUp(context, 'bert-uncased');
  appendFileSync(at('vocab.txt'), 'cell\nlast\n');
  write('added_tokens.json', { HEK: 500 });
  refuses(/vocab\.txt: some ids have no token of their own.*"HEK".*remove repeated lines/);
});

test('a vocabulary that is larger than the embedding table, or lacks needed tokens, is refused', (context) => {
  for (const [name, file, size] of [
    ['bert-uncased', 'vocab.txt', 107],
    ['roberta', 'vocab.json', 331],
  ] as const) {
    const { write, folder, refuses } = setUp(context, name);
    write('config.json', { model_type: name.split('-')[0], vocab_size: size });
    assert.equal(new Tokenizer(folder).vocabularySize, size);
    write('config.json', { model_type: name.split('-')[0], vocab_size: size - 1 });
    refuses(
      new RegExp(`${file}: the vocabulary has ${size} tokens, but the model has embeddings for ${size - 1}`),
    );
    write('config.json', { vocab_size: size });
    write('added_tokens.json', { HEK293: size });
    refuses(new RegExp(`the vocabulary has ${size + 1} tokens`));
  }
  for (const [token, role] of [
    ['[CLS]', 'cls'],
    ['[SEP]', 'sep'],
    ['[UNK]', 'unk'],
  ]) {
    const { read, write, refuses } = setUp(context, 'bert-uncased');
    write('vocab.txt', read('vocab.txt').replace(`${token}\n`, '[other]\n'));
    refuses(new RegExp(`has no \\[${token.slice(1, -1)}\\].*as "${role}_token" in tokenizer_config\\.json`));
  }
  // No text needs these.
  const { folder, read, write } = setUp(context, 'bert-uncased');
  write('vocab.txt', read('vocab.txt').replace('[MASK]\n', '[x]\n').replace('[PAD]\n', '[y]\n'));
  const tokenizer = new Tokenizer(folder);
  assert.deepEqual([tokenizer.maskId, [...tokenizer.specialIds].sort()], [undefined, [1, 2, 3]]);
});

test('damaged files are refused in one sentence', (context) => {
  const { at, write, refuses, folder } = setUp(context, 'bert-cased');
  const damages: [string, unknown, RegExp][] = [
    ['tokenizer_config.json', '{"do_lower_case": fal', /tokenizer_config\.json: not valid JSON/],
    ['tokenizer_config.json', [], /tokenizer_config\.json: holds a? ?(list|\[\])/],
    ['tokenizer_config.json', { do_lower_case: 'no' }, /"do_lower_case" is "no" and must be true or false/],
    ['tokenizer_config.json', { cls_token: 7 }, /"cls_token" is 7 and must be a token/],
    ['tokenizer_config.json', { cls_token: '' }, /"cls_token" is ""/],
    ['tokenizer_config.json', { added_tokens_decoder: [] }, /"added_tokens_decoder" is \[\]/],
    ['tokenizer_config.json', { added_tokens_decoder: { x: 'a' } }, /the id of "a" is NaN/],
    [
      'tokenizer_config.json',
      { tokenizer_class: 'BertJapaneseTokenizer' },
      /vocabulary of a "BertJapaneseTokenizer"; copy its tokenizer\.json/,
    ],
    ['tokenizer_config.json', { tokenizer_class: 'RobertaTokenizer' }, /vocabulary of a "RobertaTokenizer"/],
    ['tokenizer_config.json', { tokenizer_class: 'constructor' }, /vocabulary of a "constructor"/],
    ['special_tokens_map.json', 'null', /special_tokens_map\.json: holds null/],
    ['special_tokens_map.json', { sep_token: { content: 3 } }, /special_tokens_map\.json: "sep_token" is 3/],
    [
      'special_tokens_map.json',
      { additional_special_tokens: ['a', 3] },
      /special_tokens_map\.json: "additional_special_tokens" is 3 and must be a token/,
    ],
    [
      'tokenizer_config.json',
      { extra_special_tokens: [3] },
      /tokenizer_config\.json: "extra_special_tokens" is 3/,
    ],
    ['added_tokens.json', { HeLa: 'x' }, /added_tokens\.json: the id of "HeLa" is "x"/],
    [
      'vocab.txt',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n',
      /vocab\.txt: is a Git LFS pointer.*git lfs pull/,
    ],
    ['vocab.txt', '[PAD]\n', /vocab\.txt: has no \[UNK\]/],
  ];
  for (const [file, content, message] of damages) {
    const before =
      file === 'vocab.txt' || file === 'tokenizer_config.json' ? readFileSync(at(file)) : undefined;
    write(file, content);
    refuses(message);
    if (before) writeFileSync(at(file), before);
    else rmSync(at(file));
  }
  assert.ok(new Tokenizer(folder));
  rmSync(at('vocab.txt'));
  symlinkSync('/dev/zero', at('vocab.txt'));
  refuses(/vocab\.txt: is not a regular file/);
});

test('other special tokens are those of the first list, whatever stands beside it', async (context) => {
  const { write, folder } = setUp(context, 'bert-cased');
  const list = ['<one>', '<two>'];
  const idsOf = () => {
    const tokenizer = new Tokenizer(folder);
    return list.map((token) => tokenizer.specialIds.has(tokenizer.idOf(token) ?? -1));
  };
  for (const options of [
    { additional_special_tokens: list },
    { extra_special_tokens: {}, additional_special_tokens: list },
    { extra_special_tokens: { image_token: '<image>' }, additional_special_tokens: list },
    { extra_special_tokens: list, additional_special_tokens: ['<three>'] },
  ]) {
    write('tokenizer_config.json', options);
    assert.deepEqual(idsOf(), [true, true]);
  }
  write('tokenizer_config.json', { additional_special_tokens: ['<three>'] });
  write('special_tokens_map.json', { additional_special_tokens: list });
  assert.deepEqual(idsOf(), [true, true]);
});

test('damaged byte-level vocabularies are refused in one sentence', (context) => {
  const { at, write, read, refuses } = setUp(context, 'roberta');
  const damages: [string, unknown, RegExp][] = [
    ['vocab.json', '{"a": 1', /vocab\.json: not valid JSON/],
    ['vocab.json', { '<s>': 'x' }, /vocab\.json: the id of "<s>" is "x"/],
    ['vocab.json', { '<s>': 0, '</s>': 1 }, /vocab\.json: has no <unk>/],
    ['merges.txt', '#version: 0.2\nt h\na b c\n', /merges\.txt: line 3 is "a b c" and must be two parts/],
    ['merges.txt', 'a  b\n', /merges\.txt: line 1/],
    ['merges.txt', 'ß 細\n', /vocab\.json: not a tokenizer/],
  ];
  for (const [file, content, message] of damages) {
    const before = read(file);
    write(file, content);
    refuses(message);
    writeFileSync(at(file), before);
  }
});

test('configurations with any value in any place are read or refused', (context) => {
  const { folder, write } = setUp(context, 'bert-cased');
  const keys = [
    'cls_token',
    'do_lower_case',
    'strip_accents',
    'tokenizer_class',
    'added_tokens_decoder',
    'extra_special_tokens',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
      write('tokenizer_config.json', { [key]: value });
      write('special_tokens_map.json', { [key]: value });
      try {
        new Tokenizer(folder);
      } catch (error) {
        assert.ok(error instanceof InputError, (error as Error).stack);
        assert.ok(!error.message.includes('\n'), error.message);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('a vocabulary or list of merges that is empty, in another encoding or a web page is rejected', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file.txt');
  const refuses = (content: string | Buffer, read: (path: string) => unknown, message: RegExp) => {
    writeFileSync(path, content);
    assert.throws(() => read(path), { name: 'InputError', message });
  };
  for (const read of [readWordPieces, readMerges]) {
    refuses('', read, /file\.txt: is empty; fetch it again/);
    refuses(Buffer.from('caf\u00e9\n', 'latin1'), read, /is not text in UTF-8/);
    refuses(Buffer.from('\ufeff[PAD]\n', 'utf16le'), read, /is not text in UTF-8/);
  }
  refuses('<!doctype html>\n<title>404</title>\n', readWordPieces, /begins as a web page does/);
  writeFileSync(path, '\ufeff[PAD]\nword\n');
  assert.deepEqual(readWordPieces(path), { '[PAD]': 0, word: 1 });
});
