import type { Annotation } from '../collection';
import { isEntityClass } from '../foundation';
import type { UnanchoredReason } from './anchoring';
import { agreement, countWordCharacters, cutsWordAt, exactAgreement } from './context';
import { type Reading, readingsOf } from './readings';
import {
  lowerCased,
  type Manner,
  occurrencesOf,
  type Place,
  type SearchableArticle,
} from './searchable-article';

/** Letters and digits of context that have to agree, if the annotation gives as many ... */
const EVIDENCE = 8;
/** ... and this share of them, unless they agree up to the borders of the paragraph. */
const AGREEING_SHARE = 0.5;

/**
 * The best places for an annotation, or the reason why it has none.
 *
 * @param isStripped whether its provider strips the blanks at the ends of contexts
 */
export function findPlaces(
  article: SearchableArticle,
  annotation: Annotation,
  isStripped: boolean,
): Place[] | UnanchoredReason {
  if (annotation.fileName) return 'in a supplement';
  if (!isEntityClass(annotation.type)) return 'other type';
  let reason: UnanchoredReason = 'empty mention';
  for (const reading of readingsOf(annotation, isStripped)) {
    const found = placesOfReading(article, reading, isStripped);
    if (typeof found !== 'string') return found;
    if (reason === 'empty mention' || found !== 'text not found') reason = found;
  }
  return reason;
}

/** Ignores case only if the mention is not found otherwise, and blanks only if it is still not found. */
function placesOfReading(
  article: SearchableArticle,
  reading: Reading,
  isStripped: boolean,
): Place[] | UnanchoredReason {
  const found = bestPlaces(article, reading, 'exact', isStripped);
  if (found !== 'text not found') return found;
  const { mention, prefix, postfix } = reading;
  const lower = {
    mention: lowerCased(mention),
    prefix: lowerCased(prefix),
    postfix: lowerCased(postfix),
  };
  const inAnyCase = bestPlaces(article, lower, 'any case', isStripped);
  return inAnyCase === 'text not found'
    ? bestPlaces(article, lower, 'without blanks', isStripped)
    : inAnyCase;
}

function bestPlaces(
  article: SearchableArticle,
  { mention, prefix, postfix }: Reading,
  manner: Manner,
  isStripped: boolean,
): Place[] | UnanchoredReason {
  const text = manner === 'exact' ? article.text : article.lowerCase;
  const given = countWordCharacters(prefix) + countWordCharacters(postfix);
  // Stripped contexts may be short anywhere; only an empty one is certain.
  const trustsEnds = !isStripped || (prefix === '' && postfix === '');
  const whole = new Best();
  const partly = new Best();
  const occurrences = occurrencesOf(article, mention, manner);
  for (const place of occurrences) {
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
  if (whole.places.length === 0 && partly.places.length === 0)
    return occurrences.length > 0 ? 'context differs' : 'text not found';
  return better(whole, partly);
}

/**
 * Chooses between places that agree with the whole context (up to the paragraph's ends) and places that contradict it somewhere. The
 * latter may be other renderings of the same words, or different words that begin alike; they are taken only if they agree in many
 * more letters.
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
