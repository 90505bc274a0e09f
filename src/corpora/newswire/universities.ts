import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { decodeHTML } from 'entities';
import { InputError, projectRoot, readTextFile } from '../../foundation';
import { findSource, placeOf } from '../locate';
import { sourceNamed } from '../sources';
import { verifySource } from '../verify';
import type { TextData } from '../where-to-get';

/** A university and the country it is in. */
export interface University {
  /** Two letters, ISO 3166. */
  country: string;
  name: string;
}

/** Names of universities, each once. */
export interface Universities {
  universities: University[];
  kind: 'mirror' | 'cache' | 'sample';
  /** Rows of the file, some of which repeat a name or have none. */
  rows: number;
}

const SAMPLE = join(projectRoot, 'data', 'sample', 'newswire', 'universities.csv');

/**
 * Reads names of universities of the world: `country,name,address` without a header, as github.com/endSly/world-universities-csv has them
 * (no licence is stated: read, never shipped), or two hundred names of the package. HTML entities are decoded, blanks joined; rows without a name and
 * repeated names are left out.
 *
 * @throws InputError for a row without the code of a country, with its number, or a mirror that differs from the pinned file; with `gold`, if it
 * can neither be found nor downloaded
 */
export async function loadUniversities({ data = 'auto' }: { data?: TextData } = {}): Promise<Universities> {
  const source = sourceNamed('world-universities');
  const place = data === 'sample' ? undefined : data === 'gold' ? await findSource(source) : placeOf(source);
  if (!place) return { ...namesOf(SAMPLE, 2), kind: 'sample' };
  const names = namesOf(join(place.folder, 'world-universities.csv'), 1);
  verifySource(source, place.folder);
  return { ...names, kind: place.kind };
}

/** @param first line with a university, from 1 */
function namesOf(path: string, first: number): Omit<Universities, 'kind'> {
  let rows: string[][];
  try {
    rows = parse(readTextFile(path), { from_line: first, relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    throw new InputError(`${path}: malformed CSV (${(error as Error).message}); restore the file`);
  }
  const seen = new Set<string>();
  const universities = rows.flatMap(([country = '', written = ''], index): University[] => {
    if (!/^[A-Z]{2}$/.test(country))
      throw new InputError(
        `${path} row ${index + first}: ${JSON.stringify(country.slice(0, 40))} is not the code of a country; restore the file`,
      );
    const name = decodeHTML(written).replace(/\s+/g, ' ').trim();
    if (name === '' || seen.has(name)) return [];
    seen.add(name);
    return [{ country, name }];
  });
  return { universities, rows: rows.length };
}
