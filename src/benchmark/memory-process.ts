/**
 * `memory-process.js FOLDER FILE THREADS`, asked for texts: tags or classifies them with one variant and nothing else, and answers how
 * many megabytes that took at most. A process of its own, because a peak cannot be taken back.
 */
import { answerParent, peakMegabytes } from '../foundation';
import { encodeWholeTexts, labelTaskOf, tagTexts } from '../tasks';
import { openTagger, openTextClassifier } from './variants';

const [folder, file, threads] = process.argv.slice(2);

answerParent(async (texts: string[]) => {
  if (labelTaskOf(folder) === 'tagging') {
    const { tokenizer, score, tagging } = await openTagger(folder, file, Number(threads));
    await tagTexts(texts, tokenizer, score, tagging);
  } else {
    const { tokenizer, score, configuration } = await openTextClassifier(folder, file, Number(threads));
    await score((await encodeWholeTexts(texts, tokenizer, configuration.maximumLength)).windows);
  }
  return peakMegabytes();
});
