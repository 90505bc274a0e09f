import { formatCsv, LineWriter } from '../foundation';
import { readCollection } from './summary';

const COLUMNS = [
  'article',
  'provider',
  'section',
  'class',
  'prefix',
  'exact',
  'postfix',
  'name',
  'uri',
  'id',
];

/**
 * Writes the annotations of a collection as CSV, one per row, with the columns article, provider, section, class, prefix, exact, postfix, id, and the
 * `name` and `uri` of the first ontology term.
 *
 * @returns the number of annotations
 * @throws InputError if the collection has no readable article, or the file cannot be written
 */
export function writeAnnotationsCsv(folder: string, path: string): number {
  const writer = new LineWriter(path);
  const write = (cells: readonly (string | undefined)[]) => writer.write(formatCsv([cells]).slice(0, -1));
  let count = 0;
  try {
    write(COLUMNS);
    for (const { pmcid, annotations } of readCollection(folder))
      for (const { provider, section, type, prefix, exact, postfix, tags, id } of annotations) {
        write([
          ...[pmcid, provider, section, type, prefix, exact, postfix],
          tags?.[0]?.name,
          tags?.[0]?.uri,
          id,
        ]);
        count++;
      }
    writer.finish();
    return count;
  } catch (error) {
    writer.discard();
    throw error;
  }
}
