import type { Annotation } from '../collection';
import type { Span } from '../foundation';
import type { Paragraph } from './jats';
import { findPlaces, type UnanchoredReason } from './places';
import { type Place, type SearchableArticle, searchableArticle } from './searchable-article';

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

/**
 * Places annotations, which carry text and context but no offsets, in an article.
 *
 * Occurrences of the mention are ranked by how many letters and digits of `prefix` and `postfix` agree, read outwards from the
 * mention; the best one is taken if enough agree. White space and punctuation, which differ between renderings of an article, only
 * break ties. Text is compared in normalized form (see `normalizeText`), ignoring case only if the mention is not found otherwise,
 * and then blanks too. Where a paragraph ends inside a context, agreement up to its end suffices. A place that cuts a word is taken
 * only if the context shows the same cut. Changes that providers make to contexts are undone (see `readingsOf`).
 *
 * If equal contexts leave several best places, those that are certain for other annotations of the same text are excluded. If as
 * many places remain as annotations, they are taken in order: text and class are equal, so the order makes no difference. Otherwise
 * the annotation stays unplaced.
 *
 * Every annotation is in one of the two lists, in the given order.
 *
 * @param types annotations of other types are not placed
 */
export function anchorAnnotations(
  paragraphs: readonly Paragraph[],
  annotations: readonly Annotation[],
  types: readonly string[],
): { placed: Placed[]; unplaced: Unplaced[] } {
  const article = searchableArticle(paragraphs);
  const keepBlanks = new Set(annotations.filter(showsBlanks).map(styleKey));
  const outcomes = new Map<Annotation, Placed | Unplaced>();
  const rivalry = new Map<string, Twins[]>();
  for (const same of groupsOf(annotations, twinKey)) {
    const found = findPlaces(article, same[0], types, !keepBlanks.has(styleKey(same[0])));
    if (typeof found === 'string') {
      for (const annotation of same) outcomes.set(annotation, { annotation, reason: found });
    } else {
      const key = rivalKey(same[0]);
      const twins = { annotations: same, places: inSection(found, same[0].section, article) };
      const rivals = rivalry.get(key);
      if (rivals) rivals.push(twins);
      else rivalry.set(key, [twins]);
    }
  }
  for (const rivals of rivalry.values()) {
    share(rivals);
    for (const twins of rivals)
      twins.annotations.forEach((annotation, index) => {
        outcomes.set(annotation, outcomeOf(annotation, twins, index, article));
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

/** Annotations of one provider with equal text and context, and the places that fit them. */
interface Twins {
  annotations: Annotation[];
  places: Place[];
}

function groupsOf(
  annotations: readonly Annotation[],
  keyOf: (annotation: Annotation) => string,
): Iterable<Annotation[]> {
  const groups = new Map<string, Annotation[]>();
  for (const annotation of annotations) {
    const key = keyOf(annotation);
    const group = groups.get(key);
    if (group) group.push(annotation);
    else groups.set(key, [annotation]);
  }
  return groups.values();
}

function twinKey({ provider, type, section, prefix, exact, postfix }: Annotation): string {
  return JSON.stringify([provider, type, section, prefix, exact, postfix]);
}

/** Annotations with the same key and different contexts cannot have the same place. */
function rivalKey({ provider, type, exact }: Annotation): string {
  return JSON.stringify([provider, type, exact]);
}

/** A provider writes all contexts of a type in the same style. */
function styleKey({ provider, type }: Annotation): string {
  return JSON.stringify([provider, type]);
}

/** Whether a context shows that its provider keeps the blanks beside a mention. */
function showsBlanks({ prefix, postfix }: Annotation): boolean {
  return /\s$/.test(prefix?.slice(-1) ?? '') || /^\s/.test(postfix ?? '');
}

/** Rounds of exclusion; the limit keeps the time linear. */
const ROUNDS = 10;

/**
 * Excludes the places that are certain for other annotations, until nothing changes. This resolves a sentence that occurs twice in an
 * article, once with a longer context.
 */
function share(rivals: readonly Twins[]): void {
  let settled = rivals.filter(({ annotations, places }) => isSettled(places, annotations));
  let open = rivals.filter(({ annotations, places }) => !isSettled(places, annotations));
  const taken = new Set<number>();
  for (let round = 0; round < ROUNDS && open.length > 0 && settled.length > 0; round++) {
    for (const { places } of settled) for (const { start } of places) taken.add(start);
    const free = new Map(open.map((twins) => [twins, twins.places.filter(({ start }) => !taken.has(start))]));
    // Two that are left with the same place contradict each other: neither takes it.
    const claims = new Map<number, number>();
    settled = open.filter((twins) => free.get(twins)!.length === twins.annotations.length);
    for (const twins of settled)
      for (const { start } of free.get(twins)!) claims.set(start, (claims.get(start) ?? 0) + 1);
    settled = settled.filter((twins) => free.get(twins)!.every(({ start }) => claims.get(start) === 1));
    for (const twins of settled) twins.places = free.get(twins)!;
    const done = new Set(settled);
    open = open.filter((twins) => !done.has(twins));
  }
}

function isSettled(places: readonly Place[], annotations: readonly Annotation[]): boolean {
  return places.length === 1 || places.length === annotations.length;
}

/** Sections whose names differ between annotations and our paragraphs. */
const OUR_SECTIONS: Record<string, string | undefined> = {
  'supplementary material': 'supplement',
  acknowledgments: 'acknowledgements',
};

/** Of several equal places those in the section that the annotation names; all of them if none is. */
function inSection(places: Place[], section: string | undefined, article: SearchableArticle): Place[] {
  const given = section?.split(' (', 1)[0].toLowerCase();
  if (places.length === 1 || !given) return places;
  const named = OUR_SECTIONS[given] ?? given;
  const inside = places.filter(({ start }) => article.sections[article.paragraph[start]].includes(named));
  return inside.length > 0 ? inside : places;
}

function outcomeOf(
  annotation: Annotation,
  { annotations, places }: Twins,
  index: number,
  article: SearchableArticle,
): Placed | Unplaced {
  if (!isSettled(places, annotations)) return { annotation, reason: 'several places fit' };
  const { start, end } = places.length === 1 ? places[0] : places[index];
  const span = {
    start: article.starts[start],
    end: article.ends[end - 1],
    label: annotation.type as string,
  };
  return { annotation, paragraph: article.paragraph[start], span };
}
