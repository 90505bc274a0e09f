import { InputError, type SentenceLine } from '../../foundation';
import { Account } from '../convert/account';
import { conllSentences } from '../convert/conll';

/** A file of CoNLL columns as sentences with spans and fixed words. */
export interface ConllFile {
  sentences: SentenceLine[];
  /** Number of documents between `-DOCSTART-` lines, sentences before the first counting as one each; 0 if the file has none. */
  documents: number;
  tokens: number;
  labels: string[];
  /** One message per sentence that was left out, and one for words that were. */
  skipped: string[];
}

/** @param column of the tags, from 1; the last by default. @throws InputError if nothing in the file is usable */
export function readConllFile(path: string, column?: number): ConllFile {
  const account = new Account();
  const sentences = account.usable(conllSentences([path], { column }, account));
  if (sentences.length === 0)
    throw new InputError(account.skipped[0] ?? `${path}: has no sentence; give words with tags in columns`);
  const lost = account.skipped.length;
  if (lost > sentences.length)
    throw new InputError(
      `${path}: ${lost} of ${lost + sentences.length} sentences are unusable, the first because ${account.skipped[0]}`,
    );
  const empty = account.losses().emptyWords;
  const articles = new Set(sentences.map(({ article }) => article));
  const isDivided = [...articles].some((article) => / document \d+$/.test(article));
  return {
    sentences,
    documents: isDivided ? articles.size : 0,
    tokens: sentences.reduce((sum, { words }) => sum + words!.length, 0),
    labels: [...new Set(sentences.flatMap(({ spans }) => spans.map(({ label }) => label)))],
    skipped: [
      ...account.skipped,
      ...(empty === undefined
        ? []
        : [
            `${path}: ${empty === 1 ? '1 word is only white space and was' : `${empty} words are only white space and were`} left out`,
          ]),
    ],
  };
}
