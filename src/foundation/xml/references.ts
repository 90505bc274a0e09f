/**
 * Names of the ISO 8879 sets that JATS declares and HTML lacks: Greek letters of running text (isogrk1), accented ones (isogrk2),
 * and two of isogrk3.
 */
const ISO_GREEK = `
  agr α bgr β ggr γ dgr δ egr ε zgr ζ eegr η thgr θ igr ι kgr κ lgr λ mgr μ ngr ν xgr ξ ogr ο pgr π rgr ρ sgr σ sfgr ς
  tgr τ ugr υ phgr φ khgr χ psgr ψ ohgr ω
  Agr Α Bgr Β Ggr Γ Dgr Δ Egr Ε Zgr Ζ EEgr Η THgr Θ Igr Ι Kgr Κ Lgr Λ Mgr Μ Ngr Ν Xgr Ξ Ogr Ο Pgr Π Rgr Ρ Sgr Σ
  Tgr Τ Ugr Υ PHgr Φ KHgr Χ PSgr Ψ OHgr Ω
  aacgr ά eacgr έ eeacgr ή iacgr ί oacgr ό uacgr ύ ohacgr ώ idigr ϊ udigr ϋ idiagr ΐ udiagr ΰ
  Aacgr Ά Eacgr Έ EEacgr Ή Iacgr Ί Oacgr Ό Uacgr Ύ OHacgr Ώ Idigr Ϊ Udigr Ϋ
  thetas θ phis φ angst Å`;

/** Cache of characters by name. Unknown names are not cached: there is no end of them. */
const known = new Map<string, string>();
const greek = ISO_GREEK.trim().split(/\s+/);
for (let index = 0; index < greek.length; index += 2) known.set(greek[index], greek[index + 1]);

/** Decodes the character references of HTML; unknown ones are left unchanged. */
export function decodeReferences(text: string): string {
  // Loaded on first use: its tables take some milliseconds.
  const { decodeHTMLStrict } = require('entities/decode') as typeof import('entities/decode');
  return decodeHTMLStrict(text);
}

/** Returns the characters of a name in HTML (including MathML) or in the JATS sets, if known. */
function characterNamed(name: string): string | undefined {
  const found = known.get(name);
  if (found !== undefined) return found;
  if (!/^[A-Za-z]\w{0,39}$/.test(name)) return undefined;
  const reference = `&${name};`;
  const characters = decodeReferences(reference);
  if (characters === reference) return undefined;
  known.set(name, characters);
  return characters;
}

/** The table of names in the form that the parser expects. */
export const NAMED_CHARACTERS: Record<string, string> = new Proxy(Object.create(null), {
  get: (_, name) => (typeof name === 'string' ? characterNamed(name) : undefined),
});
