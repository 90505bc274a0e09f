import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeJson, InputError, readJsonObject } from '../foundation';
import { addedTokens } from './added-tokens';
import {
  type AddedToken,
  LARGEST_CONFIGURATION,
  ROLES,
  type Role,
  readTokenizerSettings,
  specialToken,
  TOKENIZER_CONFIGURATION,
  type TokenizerSettings,
} from './tokenizer-settings';
import { readMerges, readTokenIds, readWordPieces } from './vocabulary-files';

type Named = Partial<Record<Role, string>>;
const BERT: Named = { unk: '[UNK]', sep: '[SEP]', pad: '[PAD]', cls: '[CLS]', mask: '[MASK]' };
const FAIRSEQ: Named = { bos: '<s>', eos: '</s>', sep: '</s>', cls: '<s>', pad: '<pad>', mask: '<mask>' };

/** Python's tokenizer classes, with the special tokens that they assume. */
const CLASSES: Record<string, { model: 'WordPiece' | 'BPE'; roles: Named }> = {
  BertTokenizer: { model: 'WordPiece', roles: BERT },
  DistilBertTokenizer: { model: 'WordPiece', roles: BERT },
  ElectraTokenizer: { model: 'WordPiece', roles: BERT },
  MPNetTokenizer: { model: 'WordPiece', roles: { ...FAIRSEQ, unk: '[UNK]' } },
  RobertaTokenizer: { model: 'BPE', roles: { ...FAIRSEQ, unk: '<unk>' } },
};

/** Classes of the encoders that do not name one. */
const CLASS_OF_TYPE: Record<string, string> = { mpnet: 'MPNetTokenizer', roberta: 'RobertaTokenizer' };

/**
 * Builds the tokenizer of a folder that was published with its vocabulary alone, as Python's library does: WordPiece from vocab.txt,
 * byte-level BPE from vocab.json and merges.txt. tokenizer_config.json, special_tokens_map.json and added_tokens.json are respected;
 * without `do_lower_case`, WordPiece lowercases.
 *
 * @param path vocab.txt or vocab.json
 * @throws InputError if a file is damaged or the class of tokenizer is not known
 */
export function buildTokenizerFile(folder: string, path: string): Record<string, unknown> {
  const settings = readTokenizerSettings(folder);
  const isWordPiece = path.endsWith('.txt');
  const name = classOf(folder, settings, isWordPiece);
  const known = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (known?.model !== (isWordPiece ? 'WordPiece' : 'BPE'))
    throw new InputError(
      `${path}: is the vocabulary of a ${describeJson(name)}; copy its tokenizer.json too, or save the tokenizer with Python's transformers`,
    );
  const vocab = isWordPiece ? readWordPieces(path) : readTokenIds(path);
  const roles: Partial<Record<Role, AddedToken>> = {};
  for (const role of ROLES) {
    const token = known.roles[role];
    roles[role] = settings.roles[role] ?? (token === undefined ? undefined : specialToken(token));
  }
  // As a word of the text, so it takes the blank before it.
  if (name === 'MPNetTokenizer' && roles.mask && !settings.roles.mask)
    roles.mask = { ...roles.mask, lstrip: true };
  const { unk, cls, sep } = roles;
  for (const [role, token] of Object.entries({ unk, cls, sep }))
    if (!token || !Object.hasOwn(vocab, token.content))
      throw new InputError(
        `${path}: has no ${token?.content ?? role}; if the token has another name, give it as "${role}_token" in ${TOKENIZER_CONFIGURATION}`,
      );
  const model = isWordPiece
    ? wordPieceParts(vocab, settings, unk!.content, folder)
    : byteLevelParts(vocab, settings, folder);
  const ids = { start: vocab[cls!.content], end: vocab[sep!.content] };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocab, roles, settings, path),
    ...model,
    post_processor:
      name === 'MPNetTokenizer' || !isWordPiece
        ? {
            type: 'RobertaProcessing',
            sep: [sep!.content, ids.end],
            cls: [cls!.content, ids.start],
            trim_offsets: flag(settings, 'trim_offsets', true, folder),
            add_prefix_space: flag(settings, 'add_prefix_space', false, folder),
          }
        : template({ token: cls!.content, id: ids.start }, { token: sep!.content, id: ids.end }),
  };
}

/** Returns the class that the folder names, without the suffix `Fast`, or that of its kind of encoder. */
function classOf(folder: string, { options }: TokenizerSettings, isWordPiece: boolean): string {
  const path = join(folder, 'config.json');
  const config = existsSync(path)
    ? readJsonObject(path, "a model's configuration", LARGEST_CONFIGURATION)
    : {};
  const named = options.tokenizer_class ?? config.tokenizer_class;
  if (typeof named === 'string') return named.replace(/Fast$/, '');
  const type = String(config.model_type);
  if (Object.hasOwn(CLASS_OF_TYPE, type)) return CLASS_OF_TYPE[type];
  return isWordPiece ? 'BertTokenizer' : 'RobertaTokenizer';
}

function wordPieceParts(
  vocab: Record<string, number>,
  settings: TokenizerSettings,
  unknown: string,
  folder: string,
) {
  const accents = settings.options.strip_accents;
  return {
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: flag(settings, 'tokenize_chinese_chars', true, folder),
      // Without a value: if the text is lowercased.
      strip_accents:
        accents === null || accents === undefined ? null : flag(settings, 'strip_accents', false, folder),
      lowercase: flag(settings, 'do_lower_case', true, folder),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece' as const,
      unk_token: unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

function byteLevelParts(vocab: Record<string, number>, settings: TokenizerSettings, folder: string) {
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: flag(settings, 'add_prefix_space', false, folder),
    trim_offsets: true,
    use_regex: true,
  };
  return {
    normalizer: null,
    pre_tokenizer: byteLevel,
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: 'BPE' as const,
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: readMerges(join(folder, 'merges.txt')),
    },
  };
}

function flag({ options }: TokenizerSettings, name: string, otherwise: boolean, folder: string): boolean {
  const value = options[name] ?? otherwise;
  if (typeof value !== 'boolean')
    throw new InputError(
      `${join(folder, TOKENIZER_CONFIGURATION)}: "${name}" is ${describeJson(value)} and must be true or false`,
    );
  return value;
}

function template(start: { token: string; id: number }, end: { token: string; id: number }) {
  const special = ({ token }: { token: string }, type: number) => ({
    SpecialToken: { id: token, type_id: type },
  });
  const single = [special(start, 0), { Sequence: { id: 'A', type_id: 0 } }, special(end, 0)];
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, special(end, 1)],
    special_tokens: Object.fromEntries(
      [start, end].map(({ token, id }) => [token, { id: token, ids: [id], tokens: [token] }]),
    ),
  };
}
