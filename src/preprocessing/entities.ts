/**
 * Characters that JATS names rather than writes. Europe PMC writes them all out; these are the names that turn up in
 * files from publishers. A name that is not here stays as it stands.
 */
const TABLE = `
  amp & lt < gt > quot " apos ' ndash – mdash — minus − hyphen ‐ hellip … bull • middot · prime ′ Prime ″
  lsquo ‘ rsquo ’ ldquo “ rdquo ” laquo « raquo » dagger † Dagger ‡ sect § para ¶ copy © reg ® trade ™
  plusmn ± times × divide ÷ deg ° micro µ permil ‰ infin ∞ asymp ≈ sim ∼ le ≤ ge ≥ ne ≠ equiv ≡ euro € pound £
  larr ← rarr → uarr ↑ darr ↓ harr ↔ sup1 ¹ sup2 ² sup3 ³ frac12 ½ frac14 ¼ frac34 ¾ angst Å Aring Å aring å
  agrave à aacute á acirc â atilde ã auml ä aelig æ ccedil ç egrave è eacute é ecirc ê euml ë igrave ì iacute í
  icirc î iuml ï ntilde ñ ograve ò oacute ó ocirc ô otilde õ ouml ö oslash ø szlig ß ugrave ù uacute ú ucirc û uuml ü
  Auml Ä Ouml Ö Uuml Ü Eacute É Oslash Ø
  alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π
  rho ρ sigmaf ς sigma σ tau τ upsilon υ phi φ chi χ psi ψ omega ω
  Alpha Α Beta Β Gamma Γ Delta Δ Epsilon Ε Zeta Ζ Eta Η Theta Θ Iota Ι Kappa Κ Lambda Λ Mu Μ Nu Ν Xi Ξ Omicron Ο Pi Π
  Rho Ρ Sigma Σ Tau Τ Upsilon Υ Phi Φ Chi Χ Psi Ψ Omega Ω`;

const NAMED = new Map<string, string>([
  ['nbsp', '\u00a0'],
  ['ensp', '\u2002'],
  ['emsp', '\u2003'],
  ['thinsp', '\u2009'],
  ['hairsp', '\u200a'],
  ['shy', '\u00ad'],
]);
for (const [, name, character] of TABLE.matchAll(/(\S+) (\S+)/g)) NAMED.set(name, character);

/** Named and numeric character references replaced in one pass: what comes out is never read again. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{1,31}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED.get(name) ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : '\ufffd';
  });
}
