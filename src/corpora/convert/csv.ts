import { type LabelledText, readTextFile, type TextColumns, tableTexts } from '../../foundation';
import type { Account } from './account';
import { filesOfPaths } from './files';

type PlacedText = LabelledText & { place: string };

/** Reads the labelled texts of CSV and TSV files. */
export function csvTexts(paths: readonly string[], columns: TextColumns, account: Account): PlacedText[] {
  return filesOfPaths(paths).flatMap((path) => {
    const read = () => {
      const content = readTextFile(path).replace(/\r\n?/g, '\n');
      return [...tableTexts(content, path, columns, (reason) => account.skip(reason))];
    };
    return account.orSkip(read) ?? [];
  });
}
