import { describeJson, InputError, isJsonObject } from '../foundation';

/**
 * Components of WordPiece and byte-level BPE tokenizers. Others are refused: some contain regular expressions, which may take
 * forever to match; some write tokens in other characters than the text.
 */
const NORMALIZERS = new Set([
  'BertNormalizer',
  'Sequence',
  'NFC',
  'NFD',
  'NFKC',
  'NFKD',
  'Lowercase',
  'StripAccents',
  'Strip',
  'Nmt',
]);
const PRE_TOKENIZERS = [
  'BertPreTokenizer',
  'Sequence',
  'Whitespace',
  'WhitespaceSplit',
  'Punctuation',
  'Digits',
];
const POST_PROCESSORS = ['TemplateProcessing', 'BertProcessing', 'RobertaProcessing', 'Sequence'];

const KNOWN = {
  WordPiece: {
    normalizer: NORMALIZERS,
    pre_tokenizer: new Set(PRE_TOKENIZERS),
    post_processor: new Set(POST_PROCESSORS),
    decoder: new Set(['WordPiece']),
  },
  // Its own expression, which splits a text into words, takes linear time.
  BPE: {
    normalizer: NORMALIZERS,
    pre_tokenizer: new Set([...PRE_TOKENIZERS, 'ByteLevel']),
    post_processor: new Set([...POST_PROCESSORS, 'ByteLevel']),
    decoder: new Set(['ByteLevel']),
  },
} satisfies Record<string, Record<string, ReadonlySet<string>>>;

export type ModelType = keyof typeof KNOWN;

/** Keys of the parts of a `Sequence`. */
const PARTS = ['normalizers', 'pretokenizers', 'processors'];
const DEEPEST = 8;

/** Throws InputError if a tokenizer.json has components that take more than linear time or change the text's characters. */
export function checkComponents(file: Record<string, unknown>, model: ModelType, path: string): void {
  for (const [kind, names] of Object.entries(KNOWN[model]))
    refuseUnknown(file[kind], kind, names, model, path);
  if (!file.pre_tokenizer)
    throw new InputError(
      `${path}: has no pre_tokenizer, so a text would be a single word; use the tokenizer of a ${FAMILY[model]}`,
    );
  if (model === 'BPE' && !flatten(file.pre_tokenizer).some(isByteLevel))
    throw new InputError(
      `${path}: the pre_tokenizer has no ByteLevel that splits words ("use_regex"); use a byte-level BPE tokenizer, such as RoBERTa's`,
    );
}

export const FAMILY = { WordPiece: 'model of the BERT family', BPE: 'model of the RoBERTa family' };

function refuseUnknown(
  component: unknown,
  kind: string,
  known: ReadonlySet<string>,
  model: ModelType,
  path: string,
  depth = 0,
): void {
  if (component === undefined || component === null) return;
  const { type } = component as Record<string, unknown>;
  if (typeof type !== 'string' || !known.has(type) || depth > DEEPEST)
    throw new InputError(
      `${path}: the ${kind} is ${depth > DEEPEST ? 'nested too deeply' : describeJson(type)}; ${model} tokenizers of a ${FAMILY[model]} have ${[...known].join(', ')}`,
    );
  if (type !== 'Sequence') return;
  for (const part of partsOf(component)) refuseUnknown(part ?? {}, kind, known, model, path, depth + 1);
}

function partsOf(component: unknown): unknown[] {
  return PARTS.flatMap((name) => {
    const parts = (component as Record<string, unknown>)[name];
    return Array.isArray(parts) ? parts : [];
  });
}

const flatten = (component: unknown): unknown[] =>
  isJsonObject(component) && component.type === 'Sequence'
    ? partsOf(component).flatMap(flatten)
    : [component];

const isByteLevel = (component: unknown): boolean =>
  isJsonObject(component) && component.type === 'ByteLevel' && component.use_regex !== false;

/** Returns a pre-tokenizer whose byte-level part puts a blank before each text, as before a word within a sentence. */
export function withPrefixSpace(component: unknown): unknown {
  if (!isJsonObject(component)) return component;
  if (component.type === 'ByteLevel') return { ...component, add_prefix_space: true };
  if (!Array.isArray(component.pretokenizers)) return component;
  return { ...component, pretokenizers: component.pretokenizers.map(withPrefixSpace) };
}
