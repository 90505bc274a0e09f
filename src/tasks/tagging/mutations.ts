import type { Random } from '../../foundation';

/** The amino acids: letter, code, and names as texts write them. */
const AMINO_ACIDS = [
  ['A', 'Ala', 'alanine'],
  ['R', 'Arg', 'arginine'],
  ['N', 'Asn', 'asparagine'],
  ['D', 'Asp', 'aspartate', 'aspartic acid'],
  ['C', 'Cys', 'cysteine'],
  ['Q', 'Gln', 'glutamine'],
  ['E', 'Glu', 'glutamate', 'glutamic acid'],
  ['G', 'Gly', 'glycine'],
  ['H', 'His', 'histidine'],
  ['I', 'Ile', 'isoleucine'],
  ['L', 'Leu', 'leucine'],
  ['K', 'Lys', 'lysine'],
  ['M', 'Met', 'methionine'],
  ['F', 'Phe', 'phenylalanine'],
  ['P', 'Pro', 'proline'],
  ['S', 'Ser', 'serine'],
  ['T', 'Thr', 'threonine'],
  ['W', 'Trp', 'tryptophan'],
  ['Y', 'Tyr', 'tyrosine'],
  ['V', 'Val', 'valine'],
] as const;

const CODES: readonly string[] = AMINO_ACIDS.map(([, code]) => code);
const NAMES: readonly string[] = AMINO_ACIDS.map(([, , name]) => name);
const LETTERS = AMINO_ACIDS.map(([letter]) => letter)
  .sort()
  .join('');
const NUCLEOTIDES = 'ACGT';
const BASE_NAMES: Readonly<Record<string, string>> = {
  A: 'adenine',
  C: 'cytosine',
  G: 'guanine',
  T: 'thymine',
};
const PURINES = 'AG';

/**
 * Returns another mutation in the same notation: digits, amino acids and nucleotides are drawn at random, everything else (`rs`,
 * `del`, `>`, `IVS`) is kept. `Met326Ile` -> `Gly108Ser`, `-308G>A` -> `-571C>T`, `rs8099917` -> `rs2310766`
 */
export function varyMutation(mention: string, random: Random): string {
  const draw = (from: string | readonly string[]) => from[random.below(from.length)];
  const standingAlone = /(?<![A-Za-z])[A-Z](?![A-Za-z])/g;
  const isOfDna =
    /[>/]|\b[cgm]\./.test(mention) &&
    (mention.match(standingAlone) ?? []).every((letter) => NUCLEOTIDES.includes(letter));
  return (
    mention
      .replace(new RegExp(`(?:${CODES.join('|')})(?![a-z])`, 'g'), () => draw(CODES))
      .replace(new RegExp(`\\b(?:${NAMES.join('|')})\\b`, 'g'), () => draw(NAMES))
      // A number keeps its length.
      .replace(
        /\d+/g,
        (digits) => draw('123456789') + digits.replace(/\d/g, () => draw('0123456789')).slice(1),
      )
      .replace(standingAlone, () => draw(isOfDna ? NUCLEOTIDES : LETTERS))
      .replace(/(?<![A-Za-z])[ACGT]{2,}(?![A-Za-z])/g, (run) =>
        [...run].map(() => draw(NUCLEOTIDES)).join(''),
      )
  );
}

/**
 * Writes a mutation in words or in an older notation, as articles do beside the standard one (den Dunnen & Antonarakis 2000): `V600E` -> `valine 600 to
 * glutamic acid`, `-308G>A` -> `G-to-A transition at position -308`, `35delG` -> `deletion of G at nucleotide 35`, `rs334` -> `rs 334`. The forms are
 * those that SETH, tmVar and BioRED mark.
 *
 * @returns undefined if the mention is none of these, or could be of DNA as well as of a protein (`A76G`)
 */
export function spellOutMutation(mention: string, random: Random): string | undefined {
  const forms =
    proteinForms(mention, random) ?? baseForms(mention) ?? deletionForms(mention) ?? identifierForms(mention);
  return forms?.[random.below(forms.length)];
}

function proteinForms(mention: string, random: Random): string[] | undefined {
  const match = /^(?:p\.\s?)?\(?([A-Z][a-z]{2}|[A-Z])-?(\d{1,5})-?([A-Z][a-z]{2}|[A-Z])\)?$/.exec(mention);
  if (!match) return undefined;
  const [, one, position, other] = match;
  const [from, to] = [one, other].map((name) =>
    AMINO_ACIDS.find(([letter, code]) => name === letter || name === code),
  );
  const isAmbiguous = NUCLEOTIDES.includes(one) && NUCLEOTIDES.includes(other);
  if (!from || !to || isAmbiguous) return undefined;
  const [a, b] = [from, to].map(([, , ...names]) => names[random.below(names.length)]);
  const [short, other3] = [from[1], to[1]];
  const place = ['codon', 'position', 'residue', 'amino acid'][random.below(4)];
  return [
    `${a} ${position} to ${b}`,
    `${a}-${position} to ${b}`,
    `${a}-${position}-${b}`,
    `${a} to ${b} at ${place} ${position}`,
    `${a}-to-${b} substitution at ${place} ${position}`,
    `${a} at ${place} ${position} to ${b}`,
    `${b} for ${a} at ${place} ${position}`,
    `${a} ${position} by ${b}`,
    `${a} by ${b} at ${place} ${position}`,
    `${short} ${position} ${other3}`,
    `${short}${position} to ${other3}`,
    `${short}-->${other3} at ${place} ${position}`,
    `${short} to ${other3} substitution at ${place} ${position}`,
  ];
}

function baseForms(mention: string): string[] | undefined {
  const match = /^(?:[cgm]\.\s?)?([+-]?\d{1,6})\s?([ACGT])\s?(?:>|-+>|\/)\s?([ACGT])$/.exec(mention);
  if (!match) return undefined;
  const [, position, from, to] = match;
  const change = PURINES.includes(from) === PURINES.includes(to) ? 'transition' : 'transversion';
  return [
    `${from}-to-${to} ${change} at position ${position}`,
    `${from} to ${to} substitution at nucleotide ${position}`,
    `${from}-->${to} ${change} at nucleotide ${position}`,
    `${from}>${to} at nucleotide ${position}`,
    `${BASE_NAMES[from]} to ${BASE_NAMES[to]} ${change} at nucleotide ${position}`,
    `${position} ${from}>${to}`,
    `${position} ${from}/${to}`,
    `${position} (${from}-->${to})`,
    `${position}${from}-->${to}`,
  ];
}

function deletionForms(mention: string): string[] | undefined {
  const ofBases = /^(?:c\.\s?)?(\d{1,6})\s?del\s?([ACGT]{1,6})$/.exec(mention);
  if (ofBases) {
    const [, position, bases] = ofBases;
    return [
      `${position} del ${bases}`,
      `${position} del${bases}`,
      `deletion of ${bases} at nucleotide ${position}`,
      `del${bases} at position ${position}`,
    ];
  }
  const ofResidue =
    /^(?:p\.\s?)?([A-Z])(\d{1,5})del$/.exec(mention) ?? /^(?:[Dd]elta\s?)([A-Z])(\d{1,5})$/.exec(mention);
  const acid = ofResidue && AMINO_ACIDS.find(([letter]) => letter === ofResidue[1]);
  if (!acid) return undefined;
  const [letter, code, name] = acid;
  const position = ofResidue[2];
  return [
    `delta ${letter}${position}`,
    `Delta${letter}${position}`,
    `${code}${position}del`,
    `deletion of ${name} ${position}`,
    `${letter}${position}del`,
  ];
}

function identifierForms(mention: string): string[] | undefined {
  const number = /^rs\s?(\d{2,12})$/.exec(mention)?.[1];
  return number === undefined
    ? undefined
    : [`rs ${number}`, `rs#${number}`, `RS${number}`, `reference SNP ${number}`];
}
