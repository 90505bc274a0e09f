import { basename, dirname, sep } from 'node:path';
import { type ReadArticle, readCollectedArticle } from '../collection';
import { InputError } from '../foundation';
import { jatsToParagraphs, type Paragraph } from './jats';

/** An article of a collection, and the text of its JATS. */
export interface ParsedArticle extends ReadArticle {
  paragraphs: Paragraph[];
}

/**
 * Yields the articles of a collection, one in memory at a time. Skips unreadable and damaged files, and files with an article that
 * was read before. Files with regular names are read first, so that of a file and its copy ("PMC1 (1).json") the copy is skipped.
 *
 * @param onSkipped called for each skipped file with a sentence that names it
 */
export function* usableArticles(
  files: readonly string[],
  onSkipped: (sentence: string) => void,
): Generator<ParsedArticle> {
  const fileOf = new Map<string, string>();
  for (const file of [
    ...files.filter(isNamedByArticle),
    ...files.filter((file) => !isNamedByArticle(file)),
  ]) {
    try {
      const article = readCollectedArticle(file);
      const other = fileOf.get(article.pmcid);
      if (other)
        throw new InputError(
          `${file}: contains ${article.pmcid}, as does ${basename(other)}; delete one of them`,
        );
      const paragraphs = jatsToParagraphs(article.fullText, file);
      fileOf.set(article.pmcid, file);
      yield { ...article, paragraphs };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onSkipped(error.message);
    }
  }
}

function isNamedByArticle(file: string): boolean {
  return /^PMC\d+\.json$/.test(basename(file));
}

/** Removes the folder from a message, so that it does not depend on the location of the collection. */
export function withoutFolder(sentence: string, file: string): string {
  return sentence.replaceAll(dirname(file) + sep, '');
}
