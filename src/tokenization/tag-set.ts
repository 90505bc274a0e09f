/**
 * What the outputs of a tagger's head stand for.
 *
 * `bio`: two per label, B- for the first token of a mention and I- for the rest, so that borders are exact and neighbours stay apart.
 * `token`: one per label, inside or not, as the assessment's original has it. In both, labels may overlap each other.
 * `exclusive`: a softmax over O, B- and I- of each label, as taggers of CoNLL data have it: a word has one label at most.
 */
export type LabelScheme = 'bio' | 'token' | 'exclusive';

export const SCHEMES: readonly LabelScheme[] = ['bio', 'token', 'exclusive'];

export function isScheme(value: unknown): value is LabelScheme {
  return (SCHEMES as readonly unknown[]).includes(value);
}

/**
 * Which tokens of a word carry its label in the scheme `exclusive`: the first alone; all of them; or all, those behind the first of a
 * mention as its inside (B- becomes I-).
 */
export type WordRule = 'first' | 'all' | 'all-inside';

export const WORD_RULES: readonly WordRule[] = ['first', 'all', 'all-inside'];

/** The labels of a tagger, and how its outputs express them. */
export interface TagSet {
  scheme: LabelScheme;
  /** In the order of the head's columns. */
  labels: readonly string[];
  /** Of the scheme `exclusive`: the tags of the outputs, where they are others than O, B- and I- of each label. */
  tags?: readonly string[];
  /** Of the scheme `exclusive`. A tagger without it (of another program) decides token by token. */
  words?: WordRule;
}

/** The outputs in the order of the head's columns. */
export function outputNames({ scheme, labels, tags }: TagSet): readonly string[] {
  if (scheme === 'token') return labels;
  const names = labels.flatMap((label) => [`B-${label}`, `I-${label}`]);
  return scheme === 'bio' ? names : (tags ?? ['O', ...names]);
}

/** How many neighbouring outputs belong to one label where labels may overlap: 2 or 1. */
export function outputsPerLabel({ scheme }: Pick<TagSet, 'scheme'>): number {
  return scheme === 'bio' ? 2 : 1;
}

export interface Tag {
  prefix: 'B' | 'I' | 'O';
  /** Empty for O. */
  label: string;
}

/** A tag without B- or I- is the inside of a mention of that name, as Python's transformers read it. */
export function parseTag(tag: string): Tag {
  if (tag === 'O') return { prefix: 'O', label: '' };
  const [prefix] = tag;
  if ((prefix === 'B' || prefix === 'I') && tag[1] === '-') return { prefix, label: tag.slice(2) };
  return { prefix: 'I', label: tag };
}

/** Where each label begins and goes on among the outputs of the scheme `exclusive`; `outside` is -1 where there is no O. */
export interface ExclusiveColumns {
  outside: number;
  begin: readonly number[]; // [labels]
  inside: readonly number[]; // [labels]
}

export function exclusiveColumns(tagSet: TagSet): ExclusiveColumns {
  const names = outputNames(tagSet);
  const find = (label: string, prefixes: readonly string[]) =>
    prefixes.map((prefix) => names.indexOf(prefix + label)).find((column) => column >= 0) ?? -1;
  return {
    outside: names.indexOf('O'),
    begin: tagSet.labels.map((label) => find(label, ['B-', 'I-', ''])),
    inside: tagSet.labels.map((label) => find(label, ['I-', '', 'B-'])),
  };
}
