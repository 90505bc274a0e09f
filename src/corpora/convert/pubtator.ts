import { readTextFile } from '../../foundation';
import { type CorpusDocument, lineParagraphs } from '../document';
import { parsePubTator } from '../pubtator';
import type { Account } from './account';
import { filesOfPaths } from './files';

/** Reads the articles of PubTator files, title and abstract as two paragraphs. */
export function pubTatorDocuments(paths: readonly string[], account: Account): CorpusDocument[] {
  return filesOfPaths(paths).flatMap((path) => {
    const articles = account.orSkip(() =>
      parsePubTator(readTextFile(path), path, {
        onSkip: (reason) => account.skip(reason),
        onLeftOut: (kind) => account.lose(kind),
      }),
    );
    return (articles ?? []).map(({ id, text, mentions }) => ({
      article: id,
      text,
      paragraphs: lineParagraphs(text, (index) => (index === 0 ? 'Title' : 'Abstract')),
      mentions,
    }));
  });
}
