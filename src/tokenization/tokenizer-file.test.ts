import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError, projectRoot } from '../foundation';
import { copyPublished, publishedFolder } from './published.fixture';
import { Tokenizer } from './tokenizer';
import { haveSameTokenizer, readTokenizerFile } from './tokenizer-file';

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

test('byte-level tokenizers that are random, slow or not of bytes are rejected', (context) => {
  const { refuses, write, folder } = setUp(context);
  const model = {
    type: 'BPE',
    vocab: { '<s>': 0, '</s>': 1, a: 2, b: 3, ab: 4, Ġ: 5 },
    merges: [['a', 'b']],
    dropout: null,
    byte_fallback: false,
  };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const post_processor = {
    type: 'RobertaProcessing',
    cls: ['<s>', 0],
    sep: ['</s>', 1],
    trim_offsets: true,
    add_prefix_space: false,
  };
  const file = {
    version: '1.0',
    model,
    pre_tokenizer: byteLevel,
    decoder: byteLevel,
    post_processor,
    added_tokens: [],
  };
  write(() => file);
  assert.equal(new Tokenizer(folder).endId, 1);
  const refusesModel = (change: object, message: RegExp) =>
    refuses(() => ({ ...file, model: { ...model, ...change } }), message);
  refusesModel({ dropout: 0.1 }, /"dropout" is 0.1/);
  refusesModel({ byte_fallback: true }, /"byte_fallback" is true/);
  refusesModel({ continuing_subword_prefix: '##' }, /"continuing_subword_prefix"/);
  refusesModel({ end_of_word_suffix: '</w>' }, /"end_of_word_suffix"/);
  refusesModel({ unk_token: '<unk>' }, /no "<unk>"/);
  refusesModel({ merges: undefined }, /no merges/);
  refusesModel({ merges: [['a', 'c']] }, /not a tokenizer/);
  refusesModel({ merges: [7] }, /not a tokenizer/);
  refusesModel({ vocab: { a: -1 } }, /not a tokenizer/);
  const refusesPart = (change: object, message: RegExp) => refuses(() => ({ ...file, ...change }), message);
  const split = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false };
  const whole = { ...byteLevel, use_regex: false };
  refusesPart({ pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] } }, /is "Split"/);
  refusesPart({ pre_tokenizer: whole }, /no ByteLevel that splits words/);
  refusesPart({ pre_tokenizer: { type: 'Whitespace' } }, /no ByteLevel that splits words/);
  refusesPart({ pre_tokenizer: null }, /no pre_tokenizer/);
  refusesPart({ decoder: { type: 'WordPiece' } }, /decoder is "WordPiece"/);
  refusesPart({ post_processor: null, model: { ...model, vocab: { a: 0, b: 1, ab: 2 } } }, /no \[CLS\]/);
});

test('the frame is that of the post-processor, one token on each side', (context) => {
  const { folder, original, write, refuses } = setUp(context);
  const frameOf = (post_processor: unknown) => {
    write((file) => ({ ...file, post_processor }));
    const { startId, endId } = new Tokenizer(folder);
    return [startId, endId];
  };
  const { vocab } = (JSON.parse(original) as File).model;
  const pair = { sep: ['b', vocab.b], cls: ['a', vocab.a] };
  const roberta = { type: 'RobertaProcessing', ...pair, trim_offsets: true, add_prefix_space: false };
  const own = [vocab.a, vocab.b];
  assert.deepEqual(frameOf({ type: 'BertProcessing', ...pair }), own);
  assert.deepEqual(frameOf(roberta), own);
  const trimming = { type: 'BertProcessing', ...pair };
  assert.deepEqual(frameOf({ type: 'Sequence', processors: [trimming] }), own);
  assert.deepEqual(frameOf(null), [vocab['[CLS]'], vocab['[SEP]']]);
  const refusesFrame = (post_processor: unknown, message: RegExp) =>
    refuses((file) => ({ ...file, post_processor }), message);
  refusesFrame({ type: 'Sequence', processors: [trimming, roberta] }, /frames a text 2 times/);
  refusesFrame(
    { type: 'BertProcessing', ...pair, cls: ['a', 3] },
    /a is token 3 in the post_processor, but \d+/,
  );
  refusesFrame(
    { type: 'BertProcessing', ...pair, cls: ['none', 3] },
    /none is token 3 in the post_processor, but none/,
  );
  refusesFrame({ type: 'BertProcessing', ...pair, cls: ['a', -3] }, /the id -3/);
  refusesFrame({ type: 'BertProcessing', sep: pair.sep }, /"cls" of the post_processor is nothing/);
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const template = (single: unknown[], ids: unknown) => ({
    type: 'TemplateProcessing',
    single,
    pair: [],
    special_tokens: { a: { id: 'a', ids, tokens: ['a'] } },
  });
  refusesFrame(template([text, special('a')], [vocab.a]), /frames a text as "text a"/);
  refusesFrame(template([special('a'), special('a'), text, special('a')], [vocab.a]), /"a a text a"/);
  refusesFrame(template([special('a'), text, special('a')], [vocab.a, 3]), /ids of "a"; one id/);
  refusesFrame(template([special('a'), text, special('b')], [vocab.a]), /ids of "b"; one id/);
});

test('tokenizers of other families, and custom expressions, are rejected', (context) => {
  const { refuses } = setUp(context);
  const pattern = { Regex: '(a+)+$' };
  const split = { type: 'Split', pattern, behavior: 'Isolated', invert: false };
  const replace = { type: 'Replace', pattern, content: '' };
  const sequence = (kind: string, part: unknown) => ({ type: 'Sequence', [kind]: [part] });
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
  refuses((file) => ({ ...file, pre_tokenizer: { type: 'ByteLevel' } }), /pre_tokenizer is "ByteLevel"/);
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
  const byteLevel = JSON.stringify(readTokenizerFile(publishedFolder('roberta')));
  const keys = [
    'normalizer',
    'pre_tokenizer',
    'post_processor',
    'decoder',
    'added_tokens',
    'model',
    'vocab',
    'merges',
    'unk_token',
    'ignore_merges',
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
      'RobertaProcessing',
      'WordPiece',
      'BPE',
      'ByteLevel',
    ),
    single: fc.jsonValue(),
    cls: fc.jsonValue(),
    merges: fc.jsonValue(),
    normalizers: fc.jsonValue(),
    vocab: fc.jsonValue(),
    unk_token: fc.jsonValue(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(original, byteLevel),
      fc.constantFrom(...keys),
      fc.oneof(fc.jsonValue(), component),
      (file, key, value) => {
        const { model, ...rest } = JSON.parse(file);
        const changed =
          key in model ? { ...rest, model: { ...model, [key]: value } } : { ...rest, model, [key]: value };
        writeFileSync(path, JSON.stringify(changed));
        try {
          new Tokenizer(folder);
        } catch (error) {
          assert.ok(error instanceof InputError, (error as Error).stack);
          assert.ok(!error.message.includes('\n'), error.message);
        }
      },
    ),
    { numRuns: 800 },
  );
});

test('tokenizers are the same whatever they say about truncation and padding, and no other ones', (context) => {
  const [one, other] = [copyPublished(context, 'bert-uncased'), copyPublished(context, 'bert-uncased')];
  const { truncation: _, padding: __, ...file } = readTokenizerFile(one);
  const write = (changes: object) =>
    writeFileSync(join(other, 'tokenizer.json'), JSON.stringify({ ...file, ...changes }));
  for (const changes of [{}, { truncation: { max_length: 128 }, padding: null }]) {
    write(changes);
    assert.ok(haveSameTokenizer(one, other));
  }
  write({ normalizer: null });
  assert.ok(!haveSameTokenizer(one, other));
});
