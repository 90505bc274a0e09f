/**
 * `memory-process.js FOLDER FILE THREADS`: tags or classifies the given texts with one variant and nothing else, and returns its
 * peak memory in megabytes. A separate process, because a peak cannot be reset.
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
