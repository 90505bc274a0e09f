import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError, projectRoot } from '../foundation';
import { Tokenizer } from './tokenizer';

type Json = Record<string, unknown>;

const FIXTURE = join(projectRoot, 'src', 'nn', 'fixtures', 'tiny-bert');

interface File extends Json {
  model: Json & { vocab: Record<string, number> };
  added_tokens: Json[];
}

function setUp(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'tokenizer.json');
  const original = readFileSync(join(FIXTURE, 'tokenizer.json'), 'utf8');
  const write = (change: (file: File) => unknown) => {
    const file = JSON.parse(original) as File;
    writeFileSync(path, JSON.stringify(change(file) ?? file));
  };
  const refuses = (change: (file: File) => unknown, message: RegExp) => {
    write(change);
    assert.throws(() => new Tokenizer(folder), { name: 'InputError', message });
  };
  const configure = (vocabulary: unknown) =>
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ vocab_size: vocabulary }));
  return { folder, path, original, write, refuses, configure };
}

test('tokens without embeddings in the encoder are detected when the tokenizer is opened', (context) => {
  const { folder, write, refuses, configure } = setUp(context);
  configure(82);
  write(() => {});
  assert.equal(new Tokenizer(folder).vocabularySize, 82);
  refuses(({ model }) => {
    Object.assign(model.vocab, { HeLa: 82, HEK: 83 });
  }, /the vocabulary has 84 tokens, but the model has embeddings for 82/);
  refuses(({ added_tokens }) => {
    added_tokens.push({ ...added_tokens[0], id: 82, content: 'HeLa', special: false });
  }, /the vocabulary has 83 tokens/);
  // Whatever its id in the file, the library numbers it last.
  refuses(({ added_tokens }) => {
    added_tokens.push({ ...added_tokens[0], id: 5, content: 'HeLa', special: false });
  }, /the vocabulary has 83 tokens/);
  // Fewer tokens than embeddings: tables are often padded.
  configure(96);
  write(() => {});
  assert.equal(new Tokenizer(folder).vocabularySize, 82);
});

test('tokenizers of other families, and custom expressions, are rejected', (context) => {
  const { refuses } = setUp(context);
  const pattern = { Regex: '(a+)+$' };
  const split = { type: 'Split', pattern, behavior: 'Isolated', invert: false };
  const replace = { type: 'Replace', pattern, content: '' };
  const sequence = (kind: string, part: unknown) => ({ type: 'Sequence', [kind]: [part] });
  refuses(
    () => ({ model: { type: 'BPE', vocab: {}, merges: [] }, pre_tokenizer: { type: 'BertPreTokenizer' } }),
    /"BPE" tokenizer/,
  );
  refuses((file) => ({ ...file, model: { type: 'Unigram', vocab: [] } }), /"Unigram" tokenizer/);
  refuses((file) => ({ ...file, model: undefined }), /nameless tokenizer/);
  refuses((file) => ({ ...file, pre_tokenizer: split }), /pre_tokenizer is "Split"/);
  refuses(
    (file) => ({ ...file, pre_tokenizer: sequence('pretokenizers', split) }),
    /pre_tokenizer is "Split"/,
  );
  refuses((file) => ({ ...file, pre_tokenizer: null }), /no pre_tokenizer/);
  refuses((file) => ({ ...file, normalizer: replace }), /normalizer is "Replace"/);
  refuses(
    (file) => ({ ...file, normalizer: sequence('normalizers', sequence('normalizers', replace)) }),
    /"Replace"/,
  );
  refuses((file) => ({ ...file, normalizer: 7 }), /normalizer is nothing/);
  refuses((file) => ({ ...file, decoder: replace }), /decoder is "Replace"/);
  refuses((file) => ({ ...file, post_processor: { type: 'ByteLevel' } }), /post_processor is "ByteLevel"/);
  refuses(
    (file) => ({
      ...file,
      post_processor: { type: 'TemplateProcessing', single: [{ Sequence: { id: 'A' } }] },
    }),
    /frames a text as "text"/,
  );
  const nameless = { SpecialToken: { id: { toString: 1 } } };
  refuses(
    (file) => ({ ...file, post_processor: { type: 'TemplateProcessing', single: [nameless, null] } }),
    /frames a text as "\? \?"/,
  );
  refuses(
    ({ model }) => void Object.assign(model, { max_input_chars_per_word: 1e9 }),
    /max_input_chars_per_word/,
  );
  refuses(({ model }) => void Object.assign(model, { unk_token: '[NONE]' }), /no "\[NONE\]"/);
  refuses((file) => ({ ...file, added_tokens: [{ id: 'one' }] }), /"added_tokens"/);
});

test('a damaged file is rejected', (context) => {
  const { folder, path, original } = setUp(context);
  for (const content of ['', '[]', 'null', original.slice(0, -20), `${original}}`]) {
    writeFileSync(path, content);
    assert.throws(() => new Tokenizer(folder), InputError);
  }
});

test('offsets stay within the text if characters change their length', async (context) => {
  const { folder, write } = setUp(context);
  const texts = [
    'İstanbul İİ cells',
    'ﬁbroblast ﬀ T cells',
    'ẞ ß ŉ 𝛽-cells 🧬',
    'é\u0301\u0301 cells',
    '\u00ad T\u200bcells',
  ];
  const normalizers = [
    {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    { type: 'Sequence', normalizers: [{ type: 'NFKC' }, { type: 'Lowercase' }] },
    { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] },
    null,
  ];
  for (const normalizer of normalizers) {
    write((file) => ({ ...file, normalizer }));
    const encodings = await new Tokenizer(folder).encode(texts);
    encodings.forEach(({ ids, starts, ends }, index) => {
      assert.ok(ids.length > 0);
      for (let token = 0; token < ids.length; token++) {
        assert.ok(starts[token] <= ends[token] && ends[token] <= texts[index].length, texts[index]);
        assert.ok(token === 0 || starts[token] >= starts[token - 1], texts[index]);
      }
    });
  }
});

test('a tokenizer.json with any value in any place is read or rejected', (context) => {
  const { folder, path, original } = setUp(context);
  const keys = [
    'normalizer',
    'pre_tokenizer',
    'post_processor',
    'decoder',
    'added_tokens',
    'model',
    'truncation',
    'version',
  ];
  const component = fc.record({
    type: fc.constantFrom(
      'BertNormalizer',
      'Sequence',
      'Strip',
      'Whitespace',
      'Digits',
      'TemplateProcessing',
      'WordPiece',
    ),
    single: fc.jsonValue(),
    normalizers: fc.jsonValue(),
    vocab: fc.jsonValue(),
    unk_token: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.oneof(fc.jsonValue(), component), (key, value) => {
      writeFileSync(path, JSON.stringify({ ...JSON.parse(original), [key]: value }));
      try {
        new Tokenizer(folder);
      } catch (error) {
        assert.ok(error instanceof InputError, (error as Error).stack);
        assert.ok(!error.message.includes('\n'), error.message);
      }
    }),
    { numRuns: 500 },
  );
});
