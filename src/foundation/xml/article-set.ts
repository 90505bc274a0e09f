/**
 * Splits a file of many articles (Europe PMC's bulk files, a `pmc-articleset`) into the XML of each. Only one article is in memory
 * at a time, so the file may exceed memory, and damage to one article does not affect the others.
 *
 * Articles do not nest (`sub-article` and `response` have other names). If one begins before the last has ended, the last is
 * truncated; it is yielded as far as it goes, as is an article truncated by the end of the file, and the XML reader reports where
 * it ends. Comments, CDATA sections, instructions and quoted attributes are skipped.
 */
import { findDoctype, OPAQUE } from './doctype';
import { MOST_CHARACTERS } from './parse';

/** Maximum length of a tag: a `<` without a `>` within this length is text. */
const LONGEST_TAG = 100_000;
/** Text before the first article is kept for the entities that it declares. */
const LONGEST_PROLOG = 100_000;

/** End marker of the current comment, CDATA section or instruction. */
type Opaque = (typeof OPAQUE)[number][1] | undefined;

/**
 * Yields each article of a chunked text, from `<article` to `</article>`, preceded by the DOCTYPE of the file if that declares
 * entities. An article beyond the reader's limit is truncated.
 */
export async function* articlesOfSet(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  const cutter = new ArticleCutter();
  for await (const chunk of chunks) yield* cutter.add(chunk);
  yield* cutter.finish();
}

class ArticleCutter {
  /** Not yet scanned: at most an incomplete tag or end marker. */
  private rest = '';
  private opaque: Opaque;
  /** Chunks of the current article; undefined between articles. */
  private article: string[] | undefined;
  private length = 0;
  private prolog = '';
  private doctype: string | undefined;

  *add(chunk: string): Generator<string> {
    const text = this.rest + chunk;
    let kept = 0; // everything before this is in the article's chunks, or skipped
    let place = 0;
    if (this.doctype === undefined) this.prolog += chunk.slice(0, LONGEST_PROLOG - this.prolog.length);
    while (place < text.length) {
      if (this.opaque) {
        const end = text.indexOf(this.opaque, place);
        if (end < 0) {
          place = Math.max(place, text.length - this.opaque.length + 1);
          break;
        }
        place = end + this.opaque.length;
        this.opaque = undefined;
        continue;
      }
      TELLING.lastIndex = place;
      const found = TELLING.exec(text);
      if (!found) {
        const last = text.lastIndexOf('<'); // perhaps of an article's tag that goes on in the next chunk
        place = last >= place && text.length - last < LONGEST_NAME ? last : text.length;
        break;
      }
      place = found.index;
      const opened = OPAQUE.find(([open]) => text.startsWith(open, place));
      if (opened) {
        this.opaque = opened[1];
        place += opened[0].length;
        continue;
      }
      const left = text.length - place;
      if (found[2] !== undefined) {
        if (left < LONGEST_OPENING && found[2] === '!') break; // not yet clear what this opens
        place += 2;
        continue;
      }
      const end = endOfTag(text, place);
      if (end < 0 && left < LONGEST_TAG) break;
      if (end < 0) {
        place++;
        continue;
      }
      const isTag = text[end - 1] === '>';
      if (isTag && found[1] === '') {
        if (this.article) yield this.cut(text.slice(kept, place));
        if (text[end - 2] === '/') yield this.withDoctype(text.slice(place, end));
        else {
          this.article = [];
          this.length = 0;
        }
        kept = text[end - 2] === '/' ? end : place;
      } else if (isTag && this.article) {
        yield this.cut(text.slice(kept, end));
        kept = end;
      }
      place = end;
    }
    if (this.article) {
      this.article.push(text.slice(kept, place));
      this.length += place - kept;
      if (this.length > MOST_CHARACTERS) yield this.cut('');
    }
    this.rest = text.slice(place);
  }

  *finish(): Generator<string> {
    if (this.article) yield this.cut(this.rest);
  }

  private cut(last: string): string {
    const xml = [...this.article!, last].join('');
    this.article = undefined;
    return this.withDoctype(xml);
  }

  private withDoctype(xml: string): string {
    this.doctype ??= entitiesOf(this.prolog);
    this.prolog = '';
    return this.doctype + xml;
  }
}

const LONGEST_OPENING = '<![CDATA['.length;
/** Characters of an article's tag up to the end of its name, at most. */
const LONGEST_NAME = 120;
/**
 * Finds what tells where articles are: their tags, with any prefix, of which the slash of a closing one is captured; and the second character of
 * comments, CDATA sections and instructions. Other tags need no look: none holds a `<`, not even in quotes.
 */
const TELLING = /<(?:(\/?)(?:[^\s/<>:"'=]{1,100}:)?article(?=[\s/>])|([!?]))/g;

/**
 * Returns the position after the unquoted `>` of a tag. A tag contains no `<`, not even in quotes: if there is one, this is no tag,
 * and the position of that `<` is returned. -1 if the text ends first.
 */
function endOfTag(text: string, start: number): number {
  let quote = '';
  for (let place = start + 1; place < text.length; place++) {
    const sign = text[place];
    if (sign === '<') return place;
    if (quote) {
      if (sign === quote) quote = '';
    } else if (sign === '>') return place + 1;
    else if (sign === '"' || sign === "'") quote = sign;
  }
  return -1;
}

/** Returns the DOCTYPE before the first article, if it declares entities. */
function entitiesOf(prolog: string): string {
  const doctype = findDoctype(prolog);
  if (!doctype || doctype.end < 0) return '';
  const text = prolog.slice(doctype.start, doctype.end);
  return text.includes('<!ENTITY') ? text : '';
}
