import type { Annotation } from '../collection';
import { agreement, countWordCharacters, cutsWordAt, exactAgreement, nearestWordCharacters } from './context';
import { type Reading, readingsOf } from './readings';
import {
  lowerCased,
  type Manner,
  numberOfNearest,
  type Occurrence,
  occurrencesOf,
  type Place,
  type SearchableArticle,
} from './searchable-article';

/** Why an annotation has no place. */
export type UnanchoredReason =
  | 'in a supplement'
  | 'empty mention'
  | 'other type'
  | 'text not found'
  | 'context differs'
  | 'several places fit';

/** Letters and digits of context that must agree, if the annotation has as many ... */
const EVIDENCE = 8;
/** ... and this share of them, unless they agree up to the borders of the paragraph. */
const AGREEING_SHARE = 0.5;

/** Maximum per article. Real articles need about ten thousand; thousands of similar sentences and annotations would take forever. */
const MOST_COMPARISONS = 1_000_000;

/**
 * Finds the best places for an annotation, or the reason why it has none.
 *
 * @param types annotations of other types are not placed
 * @param isStripped whether its provider strips the blanks at the ends of contexts
 */
export function findPlaces(
  article: SearchableArticle,
  annotation: Annotation,
  types: readonly string[],
  isStripped: boolean,
): Place[] | UnanchoredReason {
  if (annotation.fileName) return 'in a supplement';
  if (!types.includes(annotation.type)) return 'other type';
  const hasContext = annotation.prefix != null || annotation.postfix != null;
  const trust: Trust = hasContext ? (isStripped ? 'none where cut' : 'always') : 'never';
  let reason: UnanchoredReason = 'empty mention';
  for (const reading of readingsOf(annotation, isStripped)) {
    const found = placesOfReading(article, reading, trust);
    if (typeof found !== 'string') return found;
    if (reason === 'empty mention' || found !== 'text not found') reason = found;
  }
  return reason;
}

/** Whether a short context shows where the text ends. One that is cut at words may be short anywhere, unless it is empty. */
type Trust = 'always' | 'none where cut' | 'never';

/** Looks the mention up; ignores case only if it is not found otherwise, and blanks only if it is still not found. */
function placesOfReading(
  article: SearchableArticle,
  reading: Reading,
  trust: Trust,
): Place[] | UnanchoredReason {
  const found = bestPlaces(article, reading, 'exact', trust);
  if (found !== 'text not found') return found;
  const { mention, prefix, postfix } = reading;
  const lower = {
    mention: lowerCased(mention),
    prefix: lowerCased(prefix),
    postfix: lowerCased(postfix),
  };
  const inAnyCase = bestPlaces(article, lower, 'any case', trust);
  return inAnyCase === 'text not found' ? bestPlaces(article, lower, 'without blanks', trust) : inAnyCase;
}

function bestPlaces(
  article: SearchableArticle,
  { mention, prefix, postfix }: Reading,
  manner: Manner,
  trust: Trust,
): Place[] | UnanchoredReason {
  const text = manner === 'exact' ? article.text : article.lowerCase;
  const given = countWordCharacters(prefix) + countWordCharacters(postfix);
  const trustsEnds = trust === 'always' || (trust === 'none where cut' && prefix === '' && postfix === '');
  const occurrences = occurrencesOf(article, mention, manner);
  const nearestBefore = numberOfNearest(
    article,
    nearestWordCharacters(prefix, prefix.length - 1, -1, prefix.length),
  );
  const nearestAfter = numberOfNearest(article, nearestWordCharacters(postfix, 0, 1, postfix.length));
  const weighed = (isCandidate: (place: Occurrence) => boolean): { whole: Best; partly: Best } => {
    const whole = new Best();
    const partly = new Best();
    for (const place of occurrences) {
      if (!isCandidate(place) || ++article.comparisons > MOST_COMPARISONS) continue;
      const { start, end } = place;
      const before = agreement(text, start - 1, -1, prefix);
      const after = agreement(text, end, 1, postfix);
      const agreeing = before.characters + after.characters;
      if (agreeing < Math.min(EVIDENCE, given)) continue;
      const isPartial = !(before.complete && after.complete);
      if (isPartial && agreeing < AGREEING_SHARE * given) continue;
      if (cutsWordAt(text, start) && prefix.at(-1) !== text[start - 1]) continue;
      if (cutsWordAt(text, end) && postfix[0] !== text[end]) continue;
      const details =
        exactAgreement(text, start - 1, -1, prefix, trustsEnds) +
        exactAgreement(text, end, 1, postfix, trustsEnds);
      (isPartial ? partly : whole).add(place, agreeing + Math.min(details, 999) / 1_000);
    }
    return { whole, partly };
  };
  // A place with the whole context beats all others, and requires that the nearest characters agree.
  if (nearestBefore >= 0 && nearestAfter >= 0) {
    const { whole } = weighed((place) => place.before === nearestBefore && place.after === nearestAfter);
    if (whole.score >= given)
      return article.comparisons > MOST_COMPARISONS ? 'several places fit' : whole.places;
  }
  // Enough agreement has at least half of it on one side.
  const isSelective = given >= EVIDENCE;
  const { whole, partly } = weighed(
    (place) => !isSelective || place.before === nearestBefore || place.after === nearestAfter,
  );
  if (article.comparisons > MOST_COMPARISONS) return 'several places fit';
  if (whole.places.length === 0 && partly.places.length === 0)
    return occurrences.length > 0 ? 'context differs' : 'text not found';
  return better(whole, partly);
}

/**
 * Chooses between places that agree with the whole context (up to the paragraph's ends) and places that contradict it somewhere. The
 * latter may be other renderings of the same words, or different words with the same beginning; they are chosen only if they agree in
 * many more letters.
 */
function better(whole: Best, partly: Best): Place[] | UnanchoredReason {
  const lead = partly.score - whole.score;
  if (whole.places.length === 0 || lead >= EVIDENCE) return partly.places;
  if (lead >= 1) return 'several places fit';
  if (lead === 0) return [...whole.places, ...partly.places].sort((one, other) => one.start - other.start);
  return lead > 0 ? partly.places : whole.places;
}

/** The places of the highest score. */
class Best {
  places: Place[] = [];
  score = -1;

  add(place: Place, score: number): void {
    if (score > this.score) this.places = [];
    if (score >= this.score) this.places.push(place);
    this.score = Math.max(score, this.score);
  }
}
