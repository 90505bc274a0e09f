import { byLabel, createRandom, InputError, type LabelledText } from '../../foundation';
import { classificationTask } from '../../tasks';
import { openingOf, withoutFirstWords } from '../opening';

export { withoutFirstWords };

/** A text with the opening of another one. */
export interface SwappedText extends LabelledText {
  /** The label of the text that gave the opening. */
  openingLabel: string;
}

/**
 * Exchanges openings between labels: each text gets the first words of a text with another label, drawn with the seed. A classifier
 * that reads the whole text keeps its answer; one that follows the opening loses it.
 *
 * @param words number of words exchanged
 * @returns the texts with their own labels, in the same order
 * @throws InputError if texts have several labels, or all have the same
 */
export function swapOpenings(texts: readonly LabelledText[], words: number, seed: number): SwappedText[] {
  if (texts.some(({ several }) => several))
    throw new InputError(
      'openings are exchanged between texts with one label each; give texts with a "label"',
    );
  const labels = classificationTask.labelsOf(texts);
  if (labels.length === 1)
    throw new InputError(
      `all texts have the label "${labels[0]}", so there are no openings of another label; give texts with at least two labels`,
    );
  // Texts by label, so that those with another label are all except one run.
  const groups = labels.map((label) => texts.filter((text) => text.labels[0] === label));
  const sorted = groups.flat();
  const runs = new Map<string, { start: number; length: number }>();
  let start = 0;
  groups.forEach(({ length }, index) => {
    runs.set(labels[index], { start, length });
    start += length;
  });
  const random = createRandom(seed);
  return texts.map((text) => {
    const run = runs.get(text.labels[0])!;
    const draw = random.below(sorted.length - run.length);
    const other = sorted[draw < run.start ? draw : draw + run.length];
    const parts = [openingOf(other.text, words), withoutFirstWords(text.text, words)];
    return { ...text, text: parts.filter((part) => part !== '').join(' '), openingLabel: other.labels[0] };
  });
}

/** An opening with the number of texts that begin with it. */
export interface Opening {
  opening: string;
  texts: number;
}

/**
 * Counts the openings of each label's texts, as they are written.
 *
 * @param words length of an opening; texts with fewer words are not counted
 * @param count number of openings returned per label, the most frequent first
 */
export function commonOpenings(
  texts: readonly LabelledText[],
  words: number,
  count: number,
): Record<string, Opening[]> {
  return byLabel(classificationTask.labelsOf(texts), (label) => {
    const counts = new Map<string, number>();
    for (const text of texts) {
      if (!text.labels.includes(label)) continue;
      const opening = openingOf(text.text, words);
      if (withoutFirstWords(text.text, words - 1) === '') continue;
      counts.set(opening, (counts.get(opening) ?? 0) + 1);
    }
    return [...counts]
      .map(([opening, own]) => ({ opening, texts: own }))
      .sort((one, other) => other.texts - one.texts)
      .slice(0, count);
  });
}
