/**
 * Meaning of the outputs of a tagger's head.
 *
 * `bio`: two per label, B- for the first token of a mention and I- for the rest, so that boundaries are exact and adjacent mentions
 * stay separate. `token`: one per label, inside or not, as in the assessment's original. In both, labels may overlap each other.
 * `exclusive`: a softmax over O, B- and I- of each label, as in taggers of CoNLL data: a word has at most one label.
 */
export type LabelScheme = 'bio' | 'token' | 'exclusive';

export const SCHEMES: readonly LabelScheme[] = ['bio', 'token', 'exclusive'];

export function isScheme(value: unknown): value is LabelScheme {
  return (SCHEMES as readonly unknown[]).includes(value);
}

/**
 * Which tokens of a word carry its label in the scheme `exclusive`: only the first; all of them; or all, with the tokens after the
 * first of a mention as its inside (B- becomes I-).
 */
export type WordRule = 'first' | 'all' | 'all-inside';

export const WORD_RULES: readonly WordRule[] = ['first', 'all', 'all-inside'];

/** The labels of a tagger, and how its outputs encode them. */
export interface TagSet {
  scheme: LabelScheme;
  /** In the order of the head's columns. */
  labels: readonly string[];
  /** Scheme `exclusive` only: the tags of the outputs, if they are not O, B- and I- of each label. */
  tags?: readonly string[];
  /** Scheme `exclusive` only. Without it, as in models of other programs, a tagger predicts per token. */
  words?: WordRule;
}

/** Returns the outputs in the order of the head's columns. */
export function outputNames({ scheme, labels, tags }: TagSet): readonly string[] {
  if (scheme === 'token') return labels;
  const names = labels.flatMap((label) => [`B-${label}`, `I-${label}`]);
  return scheme === 'bio' ? names : (tags ?? ['O', ...names]);
}

/** Returns the number of adjacent outputs per label in schemes where labels may overlap: 2 or 1. */
export function outputsPerLabel({ scheme }: Pick<TagSet, 'scheme'>): number {
  return scheme === 'bio' ? 2 : 1;
}

export interface Tag {
  prefix: 'B' | 'I' | 'O';
  /** Empty for O. */
  label: string;
}

/** Parses a tag. A tag without B- or I- is the inside of a mention of that name, as in Python's transformers. */
export function parseTag(tag: string): Tag {
  if (tag === 'O') return { prefix: 'O', label: '' };
  const [prefix] = tag;
  if ((prefix === 'B' || prefix === 'I') && tag[1] === '-') return { prefix, label: tag.slice(2) };
  return { prefix: 'I', label: tag };
}

/** Columns of the B- and I- outputs of each label in the scheme `exclusive`; `outside` is -1 without an O. */
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
