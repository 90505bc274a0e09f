import { join } from 'node:path';
import { type LabelledText, projectRoot } from '../../foundation';
import { findSource, placeOf } from '../locate';
import { sourceNamed } from '../sources';
import { verifySource } from '../verify';
import type { TextData } from '../where-to-get';
import { CLINC150_COUNTS, INTENTS, OUT_OF_SCOPE } from './names';
import { type IntentParts, PARTS, readIntents } from './read-intents';

/** Queries, each labelled with its intent, and their origin. Figures from a sample say so. */
export interface Intents extends IntentParts {
  /** Intents that occur, in the order of their ids. */
  labels: string[];
  /** `folder`: the caller's; `mirror` or `cache`: CLINC150 as pinned; `sample`: the queries that come with the package. */
  kind: 'folder' | 'mirror' | 'cache' | 'sample';
  title: string;
  /** The folder that was read. */
  path: string;
}

const SAMPLE = join(projectRoot, 'data', 'sample', 'intents');

/**
 * Reads CLINC150 in its variant `plus`: the queries of `data_full.json`, with the out-of-scope training queries of `data_oos_plus.json`.
 * From the given folder, else the folder named by FALCONFRAMES_MIRROR or the cache; else `gold` downloads it (5 MB), and `auto` takes the
 * sample of the package.
 *
 * @throws InputError for files that cannot be read or hold a name that is no intent, for a mirror that differs from the pinned files, and
 * with `gold` if the download fails
 * @example
 * ```ts
 * const { train, test, labels } = await loadIntents({ data: 'gold' });
 * [train.length, test.length, labels.length]; // [15250, 5500, 151]
 * test[42]; // { text: 'transfer $100 from my checking to saving account', labels: ['transfer'], several: false }
 * ```
 */
export async function loadIntents({
  folder,
  data = 'auto',
}: {
  folder?: string;
  data?: TextData;
} = {}): Promise<Intents> {
  if (folder !== undefined) return described(readIntents(folder), 'folder', folder);
  const source = sourceNamed('clinc150');
  const place = data === 'sample' ? undefined : data === 'gold' ? await findSource(source) : placeOf(source);
  if (!place) return described(readIntents(SAMPLE), 'sample', SAMPLE);
  const parts = readIntents(place.folder);
  verifySource(source, place.folder);
  return described(parts, place.kind, place.folder);
}

function described(parts: IntentParts, kind: Intents['kind'], path: string): Intents {
  const all = PARTS.flatMap((part) => parts[part]);
  const found = new Set(all.flatMap(({ labels }) => labels));
  const title =
    kind === 'sample'
      ? 'sample'
      : isPublished(parts)
        ? 'CLINC150 plus'
        : `${all.length} queries of no published set`;
  return { ...parts, labels: INTENTS.filter((intent) => found.has(intent)), kind, title, path };
}

/** Whether the parts have the sizes of the published set, with as many queries out of scope. */
const isPublished = (parts: IntentParts): boolean =>
  PARTS.every((part) => {
    const { queries, outOfScope } = CLINC150_COUNTS[part];
    return parts[part].length === queries && parts[part].filter(isOutOfScope).length === outOfScope;
  });

const isOutOfScope = ({ labels }: LabelledText): boolean => labels[0] === OUT_OF_SCOPE;
