/**
 * `memory-process.js FOLDER FILE THREADS`, asked for texts: tags them with one variant and nothing else, and answers how many megabytes
 * that took at most. A process of its own, because a peak cannot be taken back.
 */
import { answerParent, peakMegabytes } from '../foundation';
import { tagTexts } from '../tasks';
import { openTagger } from './variants';

const [folder, file, threads] = process.argv.slice(2);

answerParent(async (texts: string[]) => {
  const { tokenizer, score, tagging } = await openTagger(folder, file, Number(threads));
  await tagTexts(texts, tokenizer, score, tagging);
  return peakMegabytes();
});
