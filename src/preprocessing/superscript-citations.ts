/**
 * Which superscript numbers are citations. A citation number is not part of the word before it: "HEK293¹² cells" are HEK293 cells. A
 * superscript that contains a reference to the bibliography, or is inside one, is a citation. Other superscripts are bare numbers,
 * mostly exponents (`cm²`, `10⁶`), isotopes (`³H`), footnote marks or alleles: of 1,200 in 273 articles none is a citation, since
 * publishers mark citations up. Where they do not, a bare number is a citation only if all of this holds:
 *
 * - it is a number up to 999, or a list or range of such, no higher than there are references (where that is known);
 * - the article does not cite in another style (`[12]`), and the number is not in a table or in italics (an allele);
 * - no letter, digit or operator follows it at once;
 * - it follows a word of three letters or more that is no unit (and no `log` or `chi`, and no operand of `×`), or a name such as `p53` or
 *   `V600E`, a closing quotation mark or a full stop; after a bracket, one that holds a word. A list may also follow a word of two letters.
 *   A number after white space must have punctuation behind it or be a list.
 */

import type { XmlElement, XmlNode } from '../foundation';

/** How the article cites. */
export interface CitationStyle {
  /** False if bare numbers are never citations, because the article marks citations up in another style. */
  bareNumbers: boolean;
  /** How many references there are; 0 if that is not known. */
  references: number;
}

export const NO_BARE_NUMBERS: CitationStyle = { bareNumbers: false, references: 0 };

/** Determines how an article cites: its marked-up references, and whether they are superscript. */
export function citationStyle(article: XmlElement): CitationStyle {
  let references = 0;
  let raised = 0;
  let inLine = 0;
  const count = (nodes: readonly XmlNode[], inSuperscript: boolean): void => {
    for (const node of nodes) {
      if (typeof node === 'string') continue;
      if (node.name === 'ref-list') references += Number(node.attributes.count ?? 0);
      else if (!isCitingReference(node)) count(node.children, inSuperscript || node.name === 'sup');
      else if (inSuperscript || holdsSuperscript(node)) raised++;
      else inLine++;
    }
  };
  count(article.children, false);
  return { bareNumbers: inLine === 0 || raised > 0, references };
}

/** An `xref` to the bibliography; without a `ref-type`, one that is a number. */
export function isCitingReference({ name, attributes, children }: XmlElement): boolean {
  if (name !== 'xref') return false;
  const type = attributes['ref-type'];
  if (type !== undefined) return /^(?:bibr?|ref|cit|citation)$/i.test(type);
  return children.every((child) => typeof child !== 'string' || /^[\d\s,;–—-]*$/.test(child));
}

function holdsSuperscript({ children }: XmlElement): boolean {
  return children.some(
    (child) => typeof child !== 'string' && (child.name === 'sup' || holdsSuperscript(child)),
  );
}

/** A number, or a list or range of numbers, perhaps in brackets; white space is removed before. */
export const NUMBERS = /^([[(]?)(\d{1,3}(?:[,;–—−‐‑-]\d{1,3}){0,30})[,;]?([\])]?)$/;
const UNITS = new Set(
  `m mm cm dm km nm pm um µm μm mi in ft yd inch inches foot feet yard yards mile miles meter meters metre metres micron microns
  centimeter centimeters centimetre centimetres millimeter millimeters millimetre millimetres kilometer kilometers kilometre
  kilometres px pixel pixels voxel voxels sec min hr day days kg mg ng ml mol nmol mmol rad deg kpa mpa hz ev gy mv cal kcal
  log exp sin cos tan partial adjusted`
    .trim()
    .split(/\s+/),
);
/** Names followed by a position: the residue Val⁶⁰⁰, serine⁴⁷³, delta⁹-THC. Never followed by citations. */
const NUMBERED = new Set(
  `ala arg asn asp cys gln glu gly his ile leu lys met phe pro ser thr trp tyr val sec pyl
  alanine arginine asparagine aspartate cysteine glutamine glutamate glycine histidine isoleucine leucine lysine methionine
  phenylalanine proline serine threonine tryptophan tyrosine valine selenocysteine
  chi eta rho tau sigma omega lambda alpha beta gamma delta epsilon`
    .trim()
    .split(/\s+/),
);
/** The sign of a charge, behind its number in superscript: `SO₄²–`. */
const CHARGE = /^[–−-](?=$|[\s.,;:)\]])/;

/** A word as an operand: `length × width`, `weight/(height`. */
const IN_FORMULA = /(?:[×*∗=÷]\s?\(?|\/\()(?:\p{L}{1,30}\s)?\p{L}{1,30}$/u;

/**
 * Whether a bare number in superscript is a citation.
 *
 * @param before the text before it
 * @param after what follows at once; empty at the end of the paragraph
 */
export function isCitation(content: string, before: string, after: string, style: CitationStyle): boolean {
  if (!style.bareNumbers) return false;
  const [, , list] = NUMBERS.exec(content) ?? [];
  if (list === undefined) return false;
  const numbers = list.split(/\D/).map(Number);
  const isLarge = numbers.length > 1 || numbers[0] > HIGHEST_POWER;
  const highest = style.references || 999;
  if (numbers.some((number) => number < 1 || number > highest)) return false;
  if (/^[\p{L}\p{N}/⁄+⁺⁻=×*^°%<>]/u.test(after)) return false;
  if (!isLarge && CHARGE.test(after)) return false;
  const word = before.slice(-60);
  if (!/\s$/u.test(word)) return canBeCited(word, numbers.length > 1, isLarge);
  return (numbers.length > 1 || /^[.,;)]/.test(after)) && canBeCited(word.trimEnd(), true, true);
}

/** Largest plausible exponent of a unit or bracket. */
const HIGHEST_POWER = 6;

/**
 * Whether the text ends in something that a citation may follow.
 *
 * @param list whether the citation is a list
 * @param isLarge whether it is too large for an exponent
 */
function canBeCited(text: string, list: boolean, isLarge: boolean): boolean {
  const last = text.slice(-1);
  if (/[.,;:!?]/.test(last)) return /[\p{L}\p{N})\]%”"’]$/u.test(text.slice(0, -1));
  if (/[”"’»%™®]/.test(last)) return true;
  if (/[)\]]/.test(last)) {
    const opened = Math.max(text.lastIndexOf('('), text.lastIndexOf('['));
    return isLarge || (opened >= 0 && /\p{L}{3}/u.test(text.slice(opened)));
  }
  const token = /(?<![\p{L}\p{M}\p{N}])[\p{L}\p{M}\p{N}]+$/u.exec(text.slice(-60))?.[0] ?? '';
  if (NUMBERED.has(token.toLowerCase())) return false;
  if (/\d/.test(token) && endsInHyphenatedName(text)) return true;
  if (/^\d*$/.test(token) || /^\d*[xX]10$/.test(token)) return false;
  if (IN_FORMULA.test(text)) return false;
  const name = token.replace(/^\d+(?=\p{L}+$)/u, '');
  if (UNITS.has(name.toLowerCase()) && !isLarge) return false;
  return name.length >= 3 || (name.length === 2 && (list || name === 'al'));
}

/** Whether the last word is a name with a hyphen, such as those of cell lines: `MCF-7`, `T-47D`, `SK-BR-3`. */
function endsInHyphenatedName(text: string): boolean {
  const word = /(?<![\p{L}\p{M}\p{N}‐‑-])[\p{L}\p{M}\p{N}‐‑-]+$/u.exec(text)?.[0] ?? '';
  const parts = word.split(/[-‐‑]/);
  return parts.at(-1) !== '' && parts.slice(0, -1).some((part) => /^\p{Lu}/u.test(part));
}

/** Separators between citations: `,` and the dash of a range. */
export function isSeparator(text: string): boolean {
  return text.length < 10 && /^[\s,;–—−‐‑-]*$/.test(text);
}

/** Words around references: `e.g. 12`, `3; see also 4`, `for a review see 5 and references therein`. */
const CITING_WORDS =
  /(?<![\p{L}\p{N}])(?:e\.\s?g\.|i\.\s?e\.|(?:refs?|references?|see|also|cf|and|or|but|for\s+an?\s+review|for|in|reviews?|reviewed|therein|from)(?![\p{L}\p{N}])\.?),?/giu;
/** Behind a reference: `12a,b` is 12a and 12b. */
const SUBORDINATE = /^(?:[,;]\s?[a-h])+$/;

/**
 * Returns the part of a superscript with references that is not a citation, before its first reference and after: `2+` of `2+,12`,
 * `*` of `12,*`, `−1` of `−1` and a reference; nothing of `1,2–5` and `[12]`.
 */
export function besideCitation(before: string, behind: string): [string, string] {
  const first = withoutCitingWords(before);
  const isList =
    /^[\s[(]*$/.test(first) || (/^[\d[(][\d,;:–—−‐‑()[\]-]*$/.test(first) && /[^\d)\]]$/.test(first));
  const last = withoutCitingWords(behind);
  return [
    isList ? '' : withoutEnd(first),
    /^[\d,;:.–—−‐‑()[\]-]*$/.test(last) || SUBORDINATE.test(last) ? '' : last.replace(/^[,;]+/, ''),
  ];
}

/** White space is of the words that have gone, or beside separators, unless words remain. */
function withoutCitingWords(text: string): string {
  const rest = text.replace(CITING_WORDS, '').trim();
  return /\p{L}{2}\s+\p{L}{2}/u.test(rest) ? rest.replace(/\s+/g, ' ') : rest.replace(/\s+/g, '');
}

/** Without the commas and semicolons at its end. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ',' || text[end - 1] === ';')) end--;
  return text.slice(0, end);
}
