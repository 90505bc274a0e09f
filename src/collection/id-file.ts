import { InputError, printable, readLines } from '../foundation';
import { normalizedId } from './ids';

/** At the service's limits this takes a day and a half; all ids are in memory. */
const MOST_IDS = 1_000_000;

/** The ids in a file, one per line, without duplicates. @throws InputError for a line that is not an id, or if there is none */
export function readIds(path: string): string[] {
  const ids = new Set<string>();
  let number = 0;
  for (const line of readLines(path)) {
    number++;
    const written = line.trim();
    if (written === '') continue;
    const id = normalizedId(written);
    if (id === undefined)
      throw new InputError(
        `${path} line ${number}: "${printable(written.slice(0, 60))}" is not an article id; write one such as PMC3320746 or MED:22536497`,
      );
    ids.add(id);
    if (ids.size > MOST_IDS) throw new InputError(`${path}: more than ${MOST_IDS} ids; split the file`);
  }
  if (ids.size === 0) throw new InputError(`${path}: holds no id; write one per line`);
  return [...ids];
}
