import { InputError, type LabelledText } from '../foundation';
import { openTextModel } from '../inference';
import { type ClassificationReport, evaluateTexts } from '../tasks';
import { Tokenizer } from '../tokenization';

/**
 * Scores a model on several versions of the same texts, such as with and without their openings. A text that a version leaves empty is
 * left out of it.
 *
 * @throws InputError if a version has no text left
 */
export async function scoreProbes(
  folder: string,
  versions: Readonly<Record<string, readonly LabelledText[]>>,
): Promise<Record<string, ClassificationReport>> {
  const { configuration, score, dispose } = await openTextModel(folder);
  const tokenizer = new Tokenizer(folder);
  const reports: Record<string, ClassificationReport> = {};
  try {
    for (const [name, texts] of Object.entries(versions)) {
      const left = texts.filter(({ text }) => text.trim() !== '');
      if (left.length === 0) throw new InputError(`"${name}" leaves no text; take away fewer words`);
      reports[name] = await evaluateTexts(left, tokenizer, score, configuration);
    }
    return reports;
  } finally {
    await dispose();
  }
}
