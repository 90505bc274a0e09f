import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type LabelledText, printable, readLines, unreadable } from '../../foundation';
import { DOMAINS, PUBLISHED_SETS, SET_WITH_OWN_NUMBERS } from './domains';

/** What was read from a folder. */
export interface FolderOfTopics {
  /** The folder that has the two files. */
  folder: string;
  /** The published set that it seems to be by its number of lines; null for another number. */
  set: string | null;
  texts: LabelledText[];
  /** One message per abstract that is empty. */
  skipped: string[];
}

const TEXTS = 'X.txt';
const LABELS = 'YL1.txt';

/**
 * Reads `X.txt` (one abstract per line) and `YL1.txt` (the number of its domain, 0 to 6) of the Web of Science set. The folder has them, or
 * is the unpacked archive with one folder per set, of which the largest is taken.
 *
 * @throws InputError for a missing file, files of different lengths, a label that is no domain, or a WOS-46985 whose class sizes are not
 * the published ones
 */
export function readTopicFolder(given: string): FolderOfTopics {
  const folder = folderOfSet(given);
  const paths = { texts: join(folder, TEXTS), labels: join(folder, LABELS) };
  const lines = [...readLines(paths.texts)].map((line) => line.trim());
  const labels = [...readLines(paths.labels)].map((line) => line.trim());
  while (labels.at(-1) === '') labels.pop();
  while (lines.length > labels.length && lines.at(-1) === '') lines.pop();
  if (lines.length !== labels.length)
    throw new InputError(
      `${paths.texts} and ${paths.labels} have different numbers of lines, ${lines.length} and ${labels.length}; give both files of the same set, unchanged`,
    );
  if (lines.length === 0) throw new InputError(`${paths.texts}: is empty; give the abstracts, one per line`);
  const numbers = labels.map((label, index) => domainNumber(label, `${paths.labels} line ${index + 1}`));
  const published = PUBLISHED_SETS.find(({ texts }) => texts === lines.length);
  if (published?.sizes) checkSizes(numbers, published.name, published.sizes, paths.labels);
  const skipped: string[] = [];
  const texts = lines.flatMap((text, index): LabelledText[] => {
    if (text !== '') return [{ text, labels: [nameOf(numbers[index], published?.name)], several: false }];
    skipped.push(`${paths.texts} line ${index + 1}: the abstract is empty`);
    return [];
  });
  if (texts.length === 0)
    throw new InputError(`${paths.texts}: all ${lines.length} abstracts are empty; get the file again`);
  return { folder, set: published?.name ?? null, texts, skipped };
}

/** Finds the folder with the two files: the given one, or the one of the largest set at most two levels below it. */
function folderOfSet(given: string): string {
  const has = (folder: string, name: string) => existsSync(join(folder, name));
  if (has(given, TEXTS) && has(given, LABELS)) return given;
  const below = subfolders(given);
  const candidates = [...below, ...below.flatMap(subfolders)].filter(
    (folder) => has(folder, TEXTS) && has(folder, LABELS),
  );
  for (const { name } of PUBLISHED_SETS) {
    const found = candidates.find((folder) => folder.replace(/-/g, '').endsWith(name.replace('-', '')));
    if (found) return found;
  }
  if (candidates.length === 1) return candidates[0];
  const missing = [TEXTS, LABELS].filter((name) => !has(given, name));
  throw new InputError(
    `${given}: has no ${missing.join(' and no ')}; give the folder of one set, such as WOS46985, or the unpacked archive`,
  );
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function domainNumber(label: string, place: string): number {
  const number = /^\d+$/.test(label) ? Number(label) : -1;
  if (number < 0 || number >= DOMAINS.length)
    throw new InputError(
      `${place}: "${printable(label.slice(0, 20))}" is not the number of a domain, 0 to ${DOMAINS.length - 1}; give ${LABELS}, not the numbers of areas (Y.txt, YL2.txt)`,
    );
  return number;
}

function nameOf(number: number, set: string | undefined): string {
  return set === SET_WITH_OWN_NUMBERS ? `Domain ${number} of ${set}` : DOMAINS[number];
}

function checkSizes(numbers: readonly number[], set: string, sizes: readonly number[], path: string): void {
  const found = DOMAINS.map((_, domain) => numbers.filter((number) => number === domain).length);
  const wrong = DOMAINS.findIndex((_, domain) => found[domain] !== sizes[domain]);
  if (wrong >= 0)
    throw new InputError(
      `${path}: has ${found[wrong]} abstracts of ${DOMAINS[wrong]}, ${set} has ${sizes[wrong]}; get the file again`,
    );
}
