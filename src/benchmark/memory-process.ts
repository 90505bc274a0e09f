/**
 * `node memory-process.js FOLDER FILE THREADS`, with a JSON array of texts on standard input: tags them with one variant and
 * nothing else, and says how many megabytes that took at most. A process of its own, because a peak cannot be taken back.
 */
import { readFileSync } from 'node:fs';
import { peakMegabytes } from '../foundation';
import { tagTexts } from '../tasks';
import { openTagger } from './variants';

async function main([folder, file, threads]: string[]): Promise<void> {
  const texts: string[] = JSON.parse(readFileSync(0, 'utf8'));
  const { tokenizer, score, tagging } = await openTagger(folder, file, Number(threads));
  await tagTexts(texts, tokenizer, score, tagging);
  console.log(peakMegabytes());
}

main(process.argv.slice(2));
