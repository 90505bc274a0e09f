import { readFileSync } from 'node:fs';
import { InputError, mirrorFiles } from '../foundation';
import { articleText, jatsToParagraphs } from '../preprocessing';

/** Returns the texts of the mirror's articles that can be read, in order of their names. @throws InputError without a mirror */
export function mirrorArticles(): string[] {
  const files = mirrorFiles('europepmc/fulltext', '.xml');
  if (files.length === 0) throw new InputError('FALCONFRAMES_MIRROR names no folder with europepmc/fulltext');
  return files.flatMap((file) => {
    try {
      return articleText(jatsToParagraphs(readFileSync(file, 'utf8'), file));
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  });
}
