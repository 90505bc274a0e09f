import type { Annotation } from '../collection';
import { type EntityClass, isEntityClass, type Span } from '../foundation';
import type { Paragraph } from './jats';
import { normalizeText } from './normalization';
import { readingsOf } from './readings';

/** Why an annotation has no place. */
export type UnanchoredReason =
  | 'in a supplement'
  | 'empty mention'
  | 'other type'
  | 'text not found'
  | 'context differs'
  | 'several places fit';

export interface Placed {
  annotation: Annotation;
  /** Which of the given paragraphs; the span's offsets are in its text. */
  paragraph: number;
  span: Span;
}
export interface Unplaced {
  annotation: Annotation;
  reason: UnanchoredReason;
}

/** So many letters and digits of context have to agree, where the annotation gives as many ... */
const EVIDENCE = 8;
/** ... and this share of them, unless they agree up to the borders of the paragraph. */
const AGREEING_SHARE = 0.5;
/** More signs than this between two letters are no punctuation; it keeps the search linear. */
const MOST_SIGNS = 40;
/** What Europe PMC gives on either side; a shorter context was cut off by the end of its text. */
const FULL_CONTEXT = 20;
/** Stands between paragraphs in the searched text; no normalized mention contains it. */
const BORDER = '\n';

/**
 * Places annotations, which carry text and context but no offsets, in an article.
 *
 * All occurrences of the mention are weighed by how many letters and digits of `prefix` and `postfix` agree, read outwards
 * from it; the best one takes the annotation if enough agree. White space and punctuation, in which renderings of one
 * article differ, decide only between places that are equal otherwise. Text is compared in normalized form (see
 * `normalizeText`), ignoring case only where the mention is found in no other way. A paragraph's border in the midst of
 * a context counts as agreement so far as there is text. A place that cuts a word is taken only where the annotation's
 * own context shows the cut.
 *
 * Where equal contexts leave several best places and as many annotations, they take them in order: which of them takes
 * which makes no difference, since text and class are equal. Otherwise the annotation stays unplaced rather than guessed.
 *
 * Every annotation is in one of the two lists, in the given order.
 */
export function anchorAnnotations(
  paragraphs: readonly Paragraph[],
  annotations: readonly Annotation[],
): { placed: Placed[]; unplaced: Unplaced[] } {
  const article = searchableArticle(paragraphs);
  const twins = new Map<string, Annotation[]>();
  for (const annotation of annotations) {
    const same = twins.get(twinKey(annotation));
    if (same) same.push(annotation);
    else twins.set(twinKey(annotation), [annotation]);
  }
  const outcomes = new Map<Annotation, Placed | Unplaced>();
  for (const same of twins.values()) {
    const found = findPlaces(article, same[0]);
    same.forEach((annotation, index) => {
      outcomes.set(annotation, outcomeOf(annotation, found, index, same.length, article));
    });
  }
  const placed: Placed[] = [];
  const unplaced: Unplaced[] = [];
  for (const annotation of annotations) {
    const outcome = outcomes.get(annotation) as Placed | Unplaced;
    if ('span' in outcome) placed.push(outcome);
    else unplaced.push(outcome);
  }
  return { placed, unplaced };
}

/** Annotations of one provider that text and context cannot tell apart. */
function twinKey({ provider, type, section, prefix, exact, postfix }: Annotation): string {
  return JSON.stringify([provider, type, section, prefix, exact, postfix]);
}

/** All paragraphs normalized, one behind the other, with the way back. */
interface SearchableArticle {
  text: string;
  lowerCase: string;
  /** For each code unit of `text`: its paragraph and the original offsets there. */
  paragraph: Uint32Array;
  starts: Uint32Array;
  ends: Uint32Array;
  /** Sections of the paragraphs, in lower case. */
  sections: string[];
  /** Where each mention that was looked for occurs in `text`, and in `lowerCase`. */
  known: Map<string, number[]>;
  knownInLowerCase: Map<string, number[]>;
}

function searchableArticle(paragraphs: readonly Paragraph[]): SearchableArticle {
  const parts = paragraphs.map((paragraph) => normalizeText(paragraph.text));
  const text = parts.map((part) => part.text + BORDER).join('');
  const paragraph = new Uint32Array(text.length);
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  let place = 0;
  parts.forEach((part, index) => {
    paragraph.fill(index, place, place + part.text.length + 1);
    starts.set(part.starts, place);
    ends.set(part.ends, place);
    place += part.text.length + 1;
  });
  const sections = paragraphs.map(({ section }) => section.toLowerCase());
  const [known, knownInLowerCase] = [new Map(), new Map()];
  return { text, lowerCase: lowerCased(text), paragraph, starts, ends, sections, known, knownInLowerCase };
}

/** Lower case without a change of length (`İ` would grow). */
function lowerCased(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return text.replace(/./gsu, (character) => {
    const small = character.toLowerCase();
    return small.length === character.length ? small : character;
  });
}

/** Offsets into the searchable text. */
interface Place {
  start: number;
  end: number;
}

type Found = Place[] | UnanchoredReason;

/** The best places for an annotation, or why there is none. */
function findPlaces(article: SearchableArticle, annotation: Annotation): Found {
  if (annotation.fileName) return 'in a supplement';
  if (!isEntityClass(annotation.type)) return 'other type';
  let reason: UnanchoredReason = 'empty mention';
  for (const { mention, prefix, postfix } of readingsOf(annotation)) {
    let found = bestPlaces(article, article.text, mention, prefix, postfix);
    if (found === 'text not found')
      found = bestPlaces(
        article,
        article.lowerCase,
        lowerCased(mention),
        lowerCased(prefix),
        lowerCased(postfix),
      );
    if (typeof found !== 'string') return found;
    if (reason !== 'context differs') reason = found;
  }
  return reason;
}

/** @param text the article's text, or the same in lower case */
function bestPlaces(
  article: SearchableArticle,
  text: string,
  mention: string,
  prefix: string,
  postfix: string,
): Found {
  const given = countWordCharacters(prefix) + countWordCharacters(postfix);
  let best: Place[] = [];
  let bestScore = -1;
  const occurrences = occurrencesOf(article, text, mention);
  for (const start of occurrences) {
    const end = start + mention.length;
    const before = agreement(text, start - 1, -1, prefix);
    const after = agreement(text, end, 1, postfix);
    const agreeing = before.characters + after.characters;
    if (agreeing < Math.min(EVIDENCE, given)) continue;
    const isPartial = !(before.complete && after.complete);
    if (isPartial && agreeing < AGREEING_SHARE * given) continue;
    if (cutsWord(text, start) && prefix.at(-1) !== text[start - 1]) continue;
    if (cutsWord(text, end) && postfix[0] !== text[end]) continue;
    const details = before.exactly + after.exactly + Number(before.endsAlike) + Number(after.endsAlike);
    const score = agreeing + Math.min(details, 999) / 1_000;
    if (score > bestScore) best = [];
    if (score >= bestScore) best.push({ start, end });
    bestScore = Math.max(score, bestScore);
  }
  if (best.length > 0) return best;
  return occurrences.length > 0 ? 'context differs' : 'text not found';
}

/** Where the mention starts, looked up once for all annotations of the same text. */
function occurrencesOf(article: SearchableArticle, text: string, mention: string): number[] {
  const known = text === article.text ? article.known : article.knownInLowerCase;
  let found = known.get(mention);
  if (!found) {
    found = [];
    for (let start = text.indexOf(mention); start >= 0; start = text.indexOf(mention, start + 1))
      if (!cutsCharacter(article, start) && !cutsCharacter(article, start + mention.length))
        found.push(start);
    known.set(mention, found);
  }
  return found;
}

/** Those of several equal places that lie in the section the annotation names; all of them where none does. */
function inSection(places: Place[], section: string | undefined, article: SearchableArticle): Place[] {
  const named = section?.replace(/ \(.*/, '').toLowerCase();
  if (places.length === 1 || !named) return places;
  const inside = places.filter(({ start }) => article.sections[article.paragraph[start]].includes(named));
  return inside.length > 0 ? inside : places;
}

/** How far a context agrees with the text, read outwards from `place` in direction `step`. */
function agreement(text: string, place: number, step: 1 | -1, context: string): Agreement {
  const first = step === 1 ? 0 : context.length - 1;
  // Some providers strip the blank between mention and context.
  const blank = text[place] === ' ' && context !== '' && context[first] !== ' ' ? step : 0;
  let exactly = 0;
  while (
    exactly < context.length &&
    isSame(text[place + blank + step * exactly], context[first + step * exactly])
  )
    exactly++;
  let characters = 0;
  let sawBorder = false;
  let at = place;
  let read = first;
  while (true) {
    while (read >= 0 && read < context.length && !isWordCharacter(context, read)) read += step;
    for (
      let signs = 0;
      signs < MOST_SIGNS && at >= 0 && at < text.length && !isWordCharacter(text, at);
      signs++
    ) {
      sawBorder ||= text[at] === BORDER;
      at += step;
    }
    if (read < 0 || read >= context.length || at < 0 || at >= text.length || text[at] !== context[read])
      break;
    characters++;
    at += step;
    read += step;
  }
  const consumed = read < 0 || read >= context.length;
  const complete = consumed || sawBorder || at < 0 || at >= text.length;
  const endsAlike =
    exactly === context.length && context.length < FULL_CONTEXT && isBorder(text, place + blank + step * exactly);
  return { characters, exactly, complete, endsAlike };
}

/** A paragraph's border is white space in a context. */
function isSame(sign: string | undefined, given: string): boolean {
  return sign === given || (sign === BORDER && given === ' ');
}

interface Agreement {
  /** Letters and digits, whatever stands between them. */
  characters: number;
  /** Characters of every kind, as far as all agree. */
  exactly: number;
  /** All of the context, or all of it up to the paragraph's border. */
  complete: boolean;
  /** The context was cut off where the paragraph ends. */
  endsAlike: boolean;
}

function isBorder(text: string, place: number): boolean {
  return place < 0 || place >= text.length || text[place] === BORDER;
}

/** Whether a place lies inside one original character (`ﬁ` became `fi`), or before a mark that belongs to the one before. */
function cutsCharacter({ text, starts }: SearchableArticle, place: number): boolean {
  if (isBorder(text, place) || isBorder(text, place - 1)) return false;
  return starts[place] === starts[place - 1] || /\p{Mark}/u.test(text[place]);
}

/** Whether a place lies between two letters or digits. */
function cutsWord(text: string, place: number): boolean {
  return place > 0 && place < text.length && isWordCharacter(text, place - 1) && isWordCharacter(text, place);
}

/** Letters, digits and the marks on them. */
function isWordCharacter(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
  return WORD.test(text[place]);
}
const WORD = /[\p{L}\p{N}\p{M}]/u;

function countWordCharacters(text: string): number {
  let count = 0;
  for (let place = 0; place < text.length; place++) if (isWordCharacter(text, place)) count++;
  return count;
}

function outcomeOf(
  annotation: Annotation,
  found: Found,
  index: number,
  twins: number,
  article: SearchableArticle,
): Placed | Unplaced {
  if (typeof found === 'string') return { annotation, reason: found };
  const places = inSection(found, annotation.section, article);
  if (places.length > 1 && places.length !== twins) return { annotation, reason: 'several places fit' };
  const { start, end } = places.length === 1 ? places[0] : places[index];
  const span = {
    start: article.starts[start],
    end: article.ends[end - 1],
    label: annotation.type as EntityClass,
  };
  return { annotation, paragraph: article.paragraph[start], span };
}
