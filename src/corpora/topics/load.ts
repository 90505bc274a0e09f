import { join } from 'node:path';
import {
  fieldsOf,
  InputError,
  type LabelledText,
  parseJson,
  parseLabelledText,
  projectRoot,
  readLabelledTexts,
  readLines,
} from '../../foundation';
import { missingData, readTextSource, type TextData } from '../where-to-get';
import { DOMAINS, type Domain } from './domains';
import { readTopicFolder } from './read-folder';

/** Abstracts of papers, each labelled with its domain, and their origin. Figures from a sample say so. */
export interface Topics {
  texts: LabelledText[];
  /** `folder`: the caller's; `mirror`: the pinned 3,910 abstracts; `sample`: the texts that come with the package. */
  kind: 'folder' | 'mirror' | 'sample';
  /** What to call the data: the published set that it seems to be, or what it is. */
  title: string;
  /** The folder or file that was read. */
  path: string;
  /** Number of texts by label: the domains that occur in the order of `DOMAINS`, then any other. */
  counts: Record<string, number>;
  /** One message per text that was left out. */
  skipped: string[];
}

const SAMPLE = join(projectRoot, 'data', 'sample', 'topics.jsonl');

/**
 * Reads abstracts of papers with one of seven domains (Kowsari et al.: HDLTex: Hierarchical Deep Learning for Text Classification, ICMLA
 * 2017, arXiv:1709.08267): the given folder, else `wos/wos_merged.jsonl` in the folder named by FALCONFRAMES_MIRROR or in the cache, else
 * the sample that comes with the package. Downloads nothing; `whereToGet('wos')` says how to get the set.
 *
 * A folder has `X.txt` and `YL1.txt` of one published set, or is the unpacked archive with one folder per set (the largest is taken). In
 * WOS-46985 the class sizes must be the published ones. WOS-5736 numbers its three domains on its own, so its labels keep the numbers.
 *
 * @throws InputError for files that cannot be read, do not belong together or hold other labels; for a mirror that differs from the
 * pinned files; with `gold`, if there is no data
 * @example
 * ```ts
 * const { texts, kind, counts } = loadTopics(); // with FALCONFRAMES_MIRROR
 * texts.length; // 3910
 * kind; // 'mirror'
 * counts['Medical Science']; // 1167
 * ```
 */
export function loadTopics({ folder, data = 'auto' }: { folder?: string; data?: TextData } = {}): Topics {
  if (folder !== undefined) {
    const { texts, skipped, set, folder: path } = readTopicFolder(folder);
    const title = set ?? `${texts.length} abstracts of no published set`;
    return { texts, kind: 'folder', title, path, counts: countDomains(texts), skipped };
  }
  const read =
    data === 'sample'
      ? undefined
      : readTextSource('wos', (place): Topics => {
          const path = join(place.folder, 'wos_merged.jsonl');
          const texts = readMerged(path);
          const title = 'Web of Science, 3,910 abstracts';
          return { texts, kind: 'mirror', title, path, counts: countDomains(texts), skipped: [] };
        });
  if (read) return read;
  if (data === 'gold') throw missingData('wos');
  const texts = readTopicSample(SAMPLE);
  return { texts, kind: 'sample', title: 'sample', path: SAMPLE, counts: countDomains(texts), skipped: [] };
}

/** The short names of the domains in the mirror's file. */
const SHORT_NAMES: Record<string, Domain> = {
  CS: 'Computer Science',
  ECE: 'Electrical Engineering',
  Psychology: 'Psychology',
  MAE: 'Mechanical Engineering',
  Civil: 'Civil Engineering',
  Medical: 'Medical Science',
  Biochemistry: 'Biochemistry',
};

/** Reads lines of `{"text","domain",…}`. @throws InputError with file and line */
export function readMerged(path: string): LabelledText[] {
  return [...readLines(path)].map((line, index) => {
    const place = `${path} line ${index + 1}`;
    let value: unknown;
    try {
      value = parseJson(line);
    } catch (error) {
      throw new InputError(`${place}: not a line of JSON (${(error as Error).message}); restore the file`);
    }
    const { text, domain } = fieldsOf(value);
    if (typeof domain !== 'string' || !Object.hasOwn(SHORT_NAMES, domain))
      throw new InputError(
        `${place}: "domain" is not one of ${Object.keys(SHORT_NAMES).join(', ')}; restore the file`,
      );
    return parseLabelledText(JSON.stringify({ text, label: SHORT_NAMES[domain] }), place);
  });
}

/** Reads labelled texts whose labels are domains. @throws InputError for any other label */
export function readTopicSample(path: string): LabelledText[] {
  const texts = readLabelledTexts(path);
  for (const { labels } of texts)
    for (const label of labels)
      if (!(DOMAINS as readonly string[]).includes(label))
        throw new InputError(`${path}: has the label "${label}"; the domains are ${DOMAINS.join(', ')}`);
  return texts;
}

function countDomains(texts: readonly LabelledText[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { labels } of texts) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const others = [...counts.keys()].filter((label) => !(DOMAINS as readonly string[]).includes(label)).sort();
  const names = [...DOMAINS.filter((domain) => counts.has(domain)), ...others];
  return Object.fromEntries(names.map((name) => [name, counts.get(name)!]));
}
