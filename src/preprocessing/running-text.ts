import { type CitationStyle, isCitation, isSeparator } from './superscript-citations';

/** How the next piece is joined to the text so far. */
type Seam = 'none' | 'opened' | 'closed' | 'between' | 'cited';

/** The growing text of a paragraph or cell: elements that separate words leave a space, citation numbers are left out. */
export class RunningText {
  /** None is empty. They are joined at the end: reading the end of a growing string takes time in its length. */
  private pieces: string[] = [];
  private seam: Seam = 'none';
  /** A superscript whose following text is not known yet. */
  private superscript: { content: string; cites: boolean } | undefined;
  /** The separators of citations that have followed it. */
  private separators = '';

  /** How many italic elements are open: in italics a superscript number is part of the name of an allele. */
  inItalics = 0;

  constructor(private readonly style: CitationStyle) {}

  append(piece: string): void {
    if (piece === '') return;
    if (this.superscript) {
      if (this.superscript.cites && isSeparator(piece)) {
        this.separators += piece;
        return;
      }
      this.settle(piece);
    }
    if (this.seam !== 'none') this.join(piece);
    this.pieces.push(piece);
  }

  /** Any white space. */
  space(): void {
    this.append(' ');
  }

  /** Called where an element that separates words begins; `closePart` where it ends. */
  openPart(): void {
    if (this.superscript) this.settle(' ');
    this.seam = this.seam === 'closed' || this.seam === 'between' ? 'between' : 'opened';
  }

  closePart(): void {
    if (this.superscript) this.settle(' ');
    if (this.seam !== 'between') this.seam = 'closed';
  }

  /** A superscript that is a citation. */
  cite(): void {
    if (this.superscript?.cites) this.separators = '';
    else {
      if (this.superscript && isOpening(this.superscript.content)) this.superscript = undefined;
      this.waitWith('', true);
    }
  }

  /** A superscript number; its surroundings decide whether it is a citation. */
  superscriptNumber(content: string): void {
    if (this.superscript?.cites && !/\s/.test(this.separators) && /^[\d,;–—−‐‑-]+$/.test(content))
      this.separators = '';
    else if (this.superscript && this.endsIn(/[,;–—−‐‑-]$/)) this.superscript.content += content;
    else if (this.inItalics > 0) this.append(content);
    else this.waitWith(content, false);
  }

  /** A superscript of nothing but separators: part of the citation before it, if there is one. */
  superscriptSeparator(content: string): void {
    if (this.superscript?.cites) this.separators += content;
    else if (this.superscript && this.endsIn(/\d$/)) this.superscript.content += content;
    else this.append(content);
  }

  /** A superscript that is only a bracket: it belongs to the citation inside, if there is one. */
  superscriptBracket(bracket: string): void {
    if (isOpening(bracket)) this.waitWith(bracket, false);
    else if (!this.superscript?.cites || this.separators !== '') this.append(bracket);
  }

  /** Returns the text as one line and empties it. */
  take(): string {
    if (this.superscript) this.settle('');
    this.seam = 'none';
    if (this.pieces.length === 0) return '';
    const line = collapse(this.pieces.join(''));
    this.pieces = [];
    return line;
  }

  /** Whether the pending superscript can begin a list. */
  private endsIn(pattern: RegExp): boolean {
    const { content, cites } = this.superscript!;
    return !cites && content.length < LONGEST_LIST && pattern.test(content);
  }

  private waitWith(content: string, cites: boolean): void {
    if (this.superscript) this.settle('');
    this.superscript = { content, cites };
  }

  /** Decides whether the pending superscript is a citation, now that the following text is known. */
  private settle(next: string): void {
    const { content, cites } = this.superscript!;
    const { separators } = this;
    this.superscript = undefined;
    this.separators = '';
    const number = content.trim();
    const after = content.slice(content.indexOf(number) + number.length) + (separators || next);
    if (cites || isCitation(number.replace(/\s+/g, ''), this.end(), after, this.style)) {
      if (/^[.,;:)]/.test(after)) this.trimEnd();
      if (this.seam === 'none') this.seam = 'cited';
      if (/^\s/.test(after)) this.append(' ');
    } else this.append(content);
    this.append(separators);
  }

  /** Adds a space between two words that would be glued together. */
  private join(piece: string): void {
    const { seam } = this;
    this.seam = 'none';
    const end = this.end();
    if (end === '' || /\s$/.test(end) || /^\s/.test(piece)) return;
    if (
      seam === 'between' ||
      (seam === 'cited'
        ? /[\p{L}\p{N}.,;:!?)]$/u.test(end) && /^[\p{L}\p{N}(]/u.test(piece)
        : !/[([{/‘“–—−‐‑-]$/.test(end) && /^[\p{L}\p{N}([{]/u.test(piece))
    )
      this.pieces.push(' ');
  }

  /** The last characters, as many as the decisions need. */
  private end(): string {
    let end = '';
    for (let at = this.pieces.length - 1; at >= 0 && end.length < LONGEST_END; at--)
      end = this.pieces[at].slice(-LONGEST_END) + end;
    return end;
  }

  private trimEnd(): void {
    while (this.pieces.length > 0) {
      const last = this.pieces.pop()!.trimEnd();
      if (last === '') continue;
      this.pieces.push(last);
      return;
    }
  }
}

function isOpening(superscript: string): boolean {
  return superscript === '(' || superscript === '[';
}

const LONGEST_END = 60;
/** A list of citations with a separate superscript for each number. */
const LONGEST_LIST = 120;

/**
 * White space of XML, line and paragraph separators and separating controls become one space. No-break and thin spaces
 * inside are characters of the text.
 */
export function collapse(text: string): string {
  return text.replace(SPACES, ' ').trim();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators among them are white space.
const SPACES = /[ \t\r\n\v\f\u001c-\u001f\u0085\u2028\u2029]+/g;
