import { isWordCharacter } from '../foundation';

/** Stands between paragraphs in the searched text; no normalized mention contains it. */
export const BORDER = '\n';

export function isBorder(text: string, place: number): boolean {
  return place < 0 || place >= text.length || text[place] === BORDER;
}

/** Other characters between two letters that are skipped; the limit keeps the search linear. */
const MOST_SIGNS = 40;
/** Characters that Europe PMC gives on either side; a shorter context was cut by the end of its text. */
const FULL_CONTEXT = 20;

/** The agreement of a context's letters and digits with the text, ignoring other characters. */
export interface Agreement {
  characters: number;
  /** Whether the whole context agrees, or all of it up to the end of the paragraph. */
  complete: boolean;
}

/** Reads a context outwards from `place` in direction `step`. */
export function agreement(text: string, place: number, step: 1 | -1, context: string): Agreement {
  let characters = 0;
  let sawBorder = false;
  let at = place;
  let read = step === 1 ? 0 : context.length - 1;
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
  return { characters, complete: consumed || sawBorder || at < 0 || at >= text.length };
}

/** Number of letters and digits beside a mention that distinguish most places. */
export const NEAREST = 4;

/** The nearest letters and digits of a text in the direction `step`, in the order of `agreement`; fewer if it would end sooner. */
export function nearestWordCharacters(
  text: string,
  place: number,
  step: 1 | -1,
  mostSigns: number = MOST_SIGNS,
): string {
  let nearest = '';
  let signs = 0;
  for (let at = place; at >= 0 && at < text.length && nearest.length < NEAREST; at += step) {
    if (isWordCharacter(text, at)) {
      nearest += text[at];
      signs = 0;
    } else if (++signs > mostSigns) break;
  }
  return nearest;
}

/** Number of equal characters of any kind up to the first difference; one more if context and paragraph end together. */
export function exactAgreement(
  text: string,
  place: number,
  step: 1 | -1,
  context: string,
  trustsEnd: boolean,
): number {
  const first = step === 1 ? 0 : context.length - 1;
  // Some providers strip the blank between mention and context.
  const blank = text[place] === ' ' && context !== '' && context[first] !== ' ' ? step : 0;
  let exactly = 0;
  while (
    exactly < context.length &&
    isSame(text[place + blank + step * exactly], context[first + step * exactly])
  )
    exactly++;
  const endsAlike =
    trustsEnd &&
    exactly === context.length &&
    context.length < FULL_CONTEXT &&
    isBorder(text, place + blank + step * exactly);
  return exactly + Number(endsAlike);
}

/** A paragraph's border is white space in a context. */
function isSame(sign: string | undefined, given: string): boolean {
  return sign === given || (sign === BORDER && given === ' ');
}

/** Whether a position is between two letters or digits. */
export function cutsWordAt(text: string, place: number): boolean {
  return place > 0 && place < text.length && isWordCharacter(text, place - 1) && isWordCharacter(text, place);
}

export function countWordCharacters(text: string): number {
  let count = 0;
  for (let place = 0; place < text.length; place++) if (isWordCharacter(text, place)) count++;
  return count;
}
