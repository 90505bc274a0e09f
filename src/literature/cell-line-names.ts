import type { Sentence, Span, TextRange } from '../foundation';

/** BioRED's label for names of cell lines, which weak labels share. */
export const NAMED_CELL_LINE = 'CellLine';

/** JNLPBA's label for cell lines, with the words around the name. */
const DESCRIBED_CELL_LINE = 'cell_line';

/** How the cell lines of a sentence could be named. */
export type Naming = 'named' | 'nameless' | 'unclear';

export interface NamedSentences {
  /** All sentences; those that are clear are annotated for `NAMED_CELL_LINE` too. */
  sentences: Sentence[];
  /** Sentences by how clear their cell lines are. */
  counts: Record<Naming, number>;
  /** Occurrences of each name, the most frequent first. */
  names: Map<string, number>;
}

/**
 * Adds weak labels for the *names* of cell lines to sentences in which JNLPBA's guideline marks them with the words around: of "human T lymphoma
 * line Jurkat" it is "Jurkat", of "HeLa cells" "HeLa", of "T-cell lines" nothing. Where a word may or may not be a name, the sentence is left
 * unannotated for names, so that nothing is learned from it.
 *
 * JNLPBA's training part has 1,692 such names in 1,278 sentences, 15,063 sentences without any, and 278 that are unclear. Of 100 names drawn at random and
 * read, all were names; one had a wrong border ("U373" of "U373 MG"), which is mended.
 */
export function nameCellLines(sentences: readonly Sentence[]): NamedSentences {
  const counts: Record<Naming, number> = { named: 0, nameless: 0, unclear: 0 };
  const names = new Map<string, number>();
  const found = sentences.map(namesIn);
  for (const { ranges, text } of found)
    for (const { start, end } of ranges) {
      const name = text.slice(start, end);
      names.set(name, (names.get(name) ?? 0) + 1);
    }
  const known = new Set(names.keys());
  const named = sentences.map((sentence, index): Sentence => {
    const { ranges, isUnclear } = found[index];
    const naming =
      isUnclear || hasNameElsewhere(sentence, ranges, known)
        ? 'unclear'
        : ranges.length > 0
          ? 'named'
          : 'nameless';
    counts[naming]++;
    if (naming === 'unclear') return sentence;
    const spans = ranges.map((range): Span => ({ ...range, label: NAMED_CELL_LINE }));
    return {
      ...sentence,
      spans: [...sentence.spans, ...spans],
      annotated: [...sentence.annotated, NAMED_CELL_LINE],
    };
  });
  return { sentences: named, counts, names: new Map([...names].sort(([, one], [, other]) => other - one)) };
}

interface FoundNames {
  text: string;
  ranges: TextRange[];
  isUnclear: boolean;
}

/** The names inside the cell lines of a sentence. */
function namesIn({ text, spans }: Sentence): FoundNames {
  const ranges: TextRange[] = [];
  let isUnclear = false;
  for (const span of spans.filter(({ label }) => label === DESCRIBED_CELL_LINE)) {
    const phrases = phrasesIn(text, span);
    ranges.push(...phrases);
    const words = wordsIn(text, span).filter(
      ({ start, end }) => !phrases.some((phrase) => phrase.start < end && start < phrase.end),
    );
    for (let index = 0; index < words.length; index++) {
      const word = text.slice(words[index].start, words[index].end);
      const more = index + 1 < words.length ? text.slice(words[index + 1].start, words[index + 1].end) : '';
      if (isName(word)) {
        // "RAW 264.7", "CEM C7", "U373 MG": the second word belongs to the name, though alone it is none.
        const isTwo = text[words[index].end] === ' ' && SECOND.test(more);
        ranges.push({ start: words[index].start, end: words[isTwo ? index + 1 : index].end });
        if (isTwo) index++;
      } else if (MAY_BE_NAME.test(word) || isName(MODIFIED.exec(word)?.[1] ?? '')) isUnclear = true;
    }
  }
  return { text, ranges, isUnclear };
}

/** Whether a name that cell lines have stands outside of them too, where no one said what it is. */
function hasNameElsewhere(
  { text }: Sentence,
  ranges: readonly TextRange[],
  known: ReadonlySet<string>,
): boolean {
  return wordsIn(text, { start: 0, end: text.length }).some(
    ({ start, end }) =>
      known.has(text.slice(start, end)) && !ranges.some((range) => range.start <= start && end <= range.end),
  );
}

const phrasesIn = (text: string, { start, end }: TextRange): TextRange[] =>
  [...text.slice(start, end).matchAll(PHRASES)].map((match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
  }));

/** Words between white space, without the punctuation around them. */
function wordsIn(text: string, { start, end }: TextRange): TextRange[] {
  return [...text.slice(start, end).matchAll(/[^\s,;()[\]"]+/g)].map(({ 0: word, index }) => {
    let length = word.length;
    while (length > 1 && '.:'.includes(word[length - 1])) length--;
    return { start: start + index, end: start + index + length };
  });
}

/** Names without the form of one. */
const ORDINARY: ReadonlySet<string> = new Set(
  'Jurkat Raji Daudi Ramos Namalwa Wurzburg Hyon Louckes Jijoye Jiyoye Akata Hela Molt Ishikawa'.split(' '),
);

/**
 * Words with the form of a name that are something else, checked by hand on JNLPBA's training part: markers and receptors, cytokines and reagents,
 * viruses, genes, diseases, kinds of cells, numerals.
 */
const NOT_NAMES = new RegExp(
  `^(?:${[
    // Markers, receptors, antibodies.
    String.raw`CD\d+\S*|Anti-\S+|anti-\S+|SSB|TCR\S*|TcR|BCR\S*|MHC|HLA\S*|DQ[AB]?\d\S*|DR\d*|Ig\w{0,2}|OKT\d+|VDR|ER|GR|hER|hIL-\S+|IL-?\d*\S*|Il-2|LFA\S*|RIIA|Fc\w*`,
    // Cytokines, hormones, reagents.
    String.raw`TNF\S*|IFN\S*|TGF\S*|FGF|NGF|EGF|GM-CSF|G-CSF|M-CSF|SCF|EPO|Epo|TPO|LPS\S*|PMA\S*|TPA\S*|PHA\S*|PWM|DMSO|RA|ATRA|VD3|HMBA|DEX|CsA|PBS|FCS\S*|LDL|MM-LDL|NBT|MBP|OH|\d?[AD]3|phyto\S+|TSHR?|Con|UV|U\/ml`,
    // Viruses.
    String.raw`HTLV\S*|HIV\S*|EBV\S*|EBNA\S*|LMP\S*|HBV|HCV|HHV\S*|KSHV|SV40|STLV\S*|HSV\S*|CMV|HPV\S*|HVS|Ad\d+`,
    // Genes and proteins.
    String.raw`DNA|RNA|mRNA|cDNA|NF\S*|NFAT\S*|GATA\S*|C\/EBP\S*|Ikappa\S*|Bcl\S*|BCL\S*|PML\S*|AML1\S*|STAT\d\S*|PKC\S*|Rel|Tax|Tat|Rb|RB|MNDA|AP-1|ZAP-70|JAK\S*|Jak\d\S*|CIITA|CRT|INK4A|E1A|Id\d`,
    // Diseases and types of cancer.
    String.raw`AIDS|Epstein-Barr|Reed-Sternberg|NB|ATLL?|B-CLL|CLL|CML|AML|ANLL|APL|ALL|[BT]-ALL|BCP-ALL|T-PLL|CTCL|BL|NPC|MM|MDS|SCC|PEL|RS|H-RS|H\/RS|HD|XP-[A-G]`,
    // Kinds of cells and cultures.
    String.raw`NKs?|NK:EC|NK\/LGL|LAK|TILs?|CTLs?|PBLs?|PBL-T|PBMCs?|PBM|H?U?V?ECs?|HUVECs?|HUVE|[PHM]\w{0,2}ECs?|hAEC|HDMEC|LCLs?|B-LCLs?|HLCL|CHMC|MTHC|MDM|MDMac|M-phi|TCC|TCLs?|TEC|FLCs?|V?SMCs?|VSMC\S*|MSCs?|ESCs?|ES|DCs?|APCs?|ECFC|HPCs?|HSC\S*|FTOC|HPP-CFCs?|CFU\S*|BFU\S*|Th\d?\S*|TH\d?|Tc\d?|BM|GC|BRK|MRL\S*|C3H\S*|BALB\/c`,
    // Numerals, stages, single letters.
    String.raw`[IVX]+|[IVX]+-\d|[A-Z]|[A-Z]\d?[+-]?|G[0-3]|M\d(?:\/M\d)?|S\d|R\d|D\d|A\d|\d+\/\d+|45,X\S*|NR\d|CID|DFR|HF|FL|LN|DE|CB|CS|HL|HU|TT|MG|RD|FITC|-\S+|[Cc]lone-\S+`,
  ].join('|')})$`,
);

/** Names of several words, of which not every one has the form. */
const PHRASES = /\b(?:Mono Mac[ -]?[16]?|J delta K|Hep G2|Kit 225|U 937|K 562)(?![\w-])/g;

/** What can be the second word of a name. */
const SECOND = /^(?:\d{1,5}(?:\.\d+)*|[A-Z]{0,3}\d[\w.]*|MG|R)$/;

/** Numbers and short words that are names of lines in some articles only ("293", "8e51", "H9", "U1"). */
const MAY_BE_NAME = /^\d{3,}$|^\d+[.e]\d+$|^[A-Z]\d$/;

/** The word before an ending such as "-derived": a line and a modification of it. */
const MODIFIED = /^(.+?)-[a-z]{4,}/;

/** Whether a word has the form of a name: capitals and digits, or several capitals, without a modifying ending or beginning. */
function isName(word: string): boolean {
  if (ORDINARY.has(word)) return true;
  const capitals = word.match(/\p{Lu}/gu)?.length ?? 0;
  if (capitals === 0 || (capitals === 1 && !/\d/.test(word))) return false;
  if (/-[a-z]{4,}|^[a-z]{3,}-|[<>=*']|[+-]$/.test(word)) return false;
  return !NOT_NAMES.test(word);
}
