import { InputError } from '../../foundation';
import { PREFIX_COUNT, prefixCode, takeApart } from './tags';

/** The tagging schemes of strict mode. */
export const TAG_SCHEMES = ['IOB1', 'IOB2', 'IOE1', 'IOE2', 'IOBES', 'BILOU'] as const;

export type TagScheme = (typeof TAG_SCHEMES)[number];

/**
 * The meaning of two neighbouring tags, as bits in `table[neighbours(previous, current, sameLabel)]`: the current tag starts a
 * mention, continues one, or ends the one before it.
 */
export const STARTS = 1;
export const INSIDE = 2;
export const ENDS = 4;

export type NeighbourTable = Uint8Array; // [PREFIX_COUNT * PREFIX_COUNT * 2]

export function neighbours(previous: number, current: number, sameLabel: boolean): number {
  return (previous * PREFIX_COUNT + current) * 2 + (sameLabel ? 1 : 0);
}

/** Rules read "previous prefixes, current prefixes, labels": `=` equal, `!` different, nothing: either; `*` any prefix. */
interface SchemeRules {
  prefixes: string;
  starts: string[];
  inside: string[];
  ends: string[];
}

/**
 * The rules of seqeval's strict mode (Nakayama 2018, https://github.com/chakki-works/seqeval, version 1.2.2), oddities included: in
 * IOB1 a B- at the start of a sentence starts nothing.
 */
const RULES: Record<TagScheme, SchemeRules> = {
  IOB1: {
    prefixes: 'OBI',
    starts: ['OB I', 'I I !', 'BI B ='],
    inside: ['BI I ='],
    ends: ['BI I !', 'BI O', 'I B', 'B B ='],
  },
  IOB2: {
    prefixes: 'OBI',
    starts: ['* B'],
    inside: ['BI I ='],
    ends: ['BI O', 'BI I !', 'BI B'],
  },
  IOE1: {
    prefixes: 'OIE',
    starts: ['OE I', 'I I !', 'E E ='],
    inside: ['I IE ='],
    ends: ['I IE !', 'I O', 'E IE ='],
  },
  IOE2: {
    prefixes: 'OIE',
    starts: ['OE IE', 'I IE !'],
    inside: ['I IE ='],
    ends: ['E *'],
  },
  IOBES: {
    prefixes: 'OBIES',
    starts: ['* BS'],
    inside: ['BI IE ='],
    ends: ['SE *'],
  },
  BILOU: {
    prefixes: 'OBILU',
    starts: ['* BU'],
    inside: ['BI IL ='],
    ends: ['UL *'],
  },
};

function tableOf({ starts, inside, ends }: SchemeRules): NeighbourTable {
  const table = new Uint8Array(PREFIX_COUNT * PREFIX_COUNT * 2);
  const mark = (rules: string[], bit: number) => {
    for (const rule of rules) {
      const [previous, current, labels] = rule.split(' ');
      for (const one of codesOf(previous)) {
        for (const other of codesOf(current)) {
          if (labels !== '!') table[neighbours(one, other, true)] |= bit;
          if (labels !== '=') table[neighbours(one, other, false)] |= bit;
        }
      }
    }
  };
  mark(starts, STARTS);
  mark(inside, INSIDE);
  mark(ends, ENDS);
  return table;
}

function codesOf(prefixes: string): number[] {
  return prefixes === '*'
    ? Array.from({ length: PREFIX_COUNT }, (_, code) => code)
    : Array.from(prefixes, prefixCode);
}

export interface SchemeTable {
  table: NeighbourTable;
  /** Whether the scheme has each prefix, by prefix code. */
  allowed: boolean[];
  /** Formats the prefixes for a message: "O, B, I". */
  prefixes: string;
}

function schemeTable(rules: SchemeRules): SchemeTable {
  const codes = codesOf(rules.prefixes);
  return {
    table: tableOf(rules),
    allowed: Array.from({ length: PREFIX_COUNT }, (_, code) => codes.includes(code)),
    prefixes: Array.from(rules.prefixes).join(', '),
  };
}

export const SCHEME_TABLES = Object.fromEntries(
  TAG_SCHEMES.map((scheme) => [scheme, schemeTable(RULES[scheme])]),
) as Record<TagScheme, SchemeTable>;

/**
 * conlleval's rules for two neighbours (Tjong Kim Sang and Buchholz 2000, CoNLL-2000 shared task), IOBES included: any change of
 * label, and any prefix that cannot continue, separates mentions; an I- without a B- starts one.
 */
export const CONLL_TABLE = conllTable();

function conllTable(): NeighbourTable {
  const table = new Uint8Array(PREFIX_COUNT * PREFIX_COUNT * 2);
  const isOneOf = (code: number, prefixes: string) => codesOf(prefixes).includes(code);
  for (let previous = 0; previous < PREFIX_COUNT; previous++) {
    for (let current = 0; current < PREFIX_COUNT; current++) {
      for (const same of [true, false]) {
        const ends =
          isOneOf(previous, 'ES') ||
          (isOneOf(previous, 'BI') && isOneOf(current, 'BSO')) ||
          (!isOneOf(previous, 'O.') && !same);
        const starts =
          isOneOf(current, 'BS') ||
          (isOneOf(previous, 'ESO') && isOneOf(current, 'EI')) ||
          (!isOneOf(current, 'O.') && !same);
        table[neighbours(previous, current, same)] = (ends ? ENDS : 0) | (starts ? STARTS : 0);
      }
    }
  }
  return table;
}

/** The sets of prefixes by which strict mode detects the scheme, in seqeval's order. */
const TELLTALE: [TagScheme, string[]][] = [
  ['IOB2', ['OBI', 'BI', 'OB', 'B']],
  ['IOE2', ['OIE', 'IE', 'OE', 'E']],
  ['IOBES', ['OBIES', 'BIES', 'OBIE', 'OBES', 'BIE', 'BES', 'OBE', 'BE', 'S']],
  ['BILOU', ['OBILU', 'BILU', 'OBIL', 'OBLU', 'BIL', 'BLU', 'OBL', 'BL', 'U']],
];

/**
 * Detects the scheme of the tags by the set of their prefixes, as seqeval does. `place` names a tag's place in messages.
 */
export function detectScheme(
  sequences: readonly (readonly string[])[],
  suffix: boolean,
  place: (sentence: number, token: number) => string,
): TagScheme {
  const found = new Set<string>();
  const seen = new Set<string>();
  sequences.forEach((tags, sentence) => {
    tags.forEach((tag, token) => {
      if (seen.has(tag)) return;
      seen.add(tag);
      const { prefix } = takeApart(tag, suffix);
      if (!/^[OBIESLU]$/.test(prefix)) {
        throw new InputError(
          `${place(sentence, token)}: the tag "${tag}" is not in any scheme; a tag begins with one of O, B, I, E, S, L, U`,
        );
      }
      found.add(prefix);
    });
  });
  const written = sorted([...found]);
  for (const [scheme, sets] of TELLTALE) {
    if (sets.some((set) => sorted(Array.from(set)) === written)) return scheme;
  }
  throw new InputError(
    `${place(0, 0)}: the scheme cannot be detected from the prefixes ${[...found].join(', ') || '(none)'}; name it: ${TAG_SCHEMES.join(', ')}`,
  );
}

function sorted(characters: string[]): string {
  return characters.sort().join('');
}
