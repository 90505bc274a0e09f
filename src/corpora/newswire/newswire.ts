import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { InputError, projectRoot, type Sentence } from '../../foundation';
import { isFolder } from '../convert/files';
import { findSource, placeOf } from '../locate';
import { PARTS, type Part } from '../parts';
import { sourceNamed } from '../sources';
import { verifySource } from '../verify';
import type { TextData } from '../where-to-get';
import { type ConllFile, readConllFile } from './conll-file';

/** The types of CoNLL-2003 in the order of their tags: 0 `O`, then `B-` and `I-` of each. */
const ENTITY_TYPES = ['PER', 'ORG', 'LOC', 'MISC'] as const;

export interface NewswirePart {
  sentences: Sentence[];
  documents: number;
  tokens: number;
  /** The file that was read. */
  path: string;
}

/** Sentences of newswire with named entities, in three parts. Figures from a sample say so. */
export interface Newswire extends Record<Part, NewswirePart> {
  /** Those of the training part: the four types first, then any other. */
  labels: string[];
  kind: 'folder' | 'mirror' | 'cache' | 'sample';
  title: string;
  /** One message per sentence that was left out, and per type of training that dev or test lacks. */
  skipped: string[];
}

/** Tables call all types together so. */
const ALL = 'all';

const SAMPLE = join(projectRoot, 'data', 'sample', 'newswire');

/** Names of the files of a part, of which the first that exists is read. */
const FILES: Readonly<Record<Part, readonly string[]>> = {
  train: ['conllpp_train.txt', 'train.txt'],
  dev: ['conllpp_dev.txt', 'dev.txt', 'valid.txt'],
  test: ['conllpp_test.txt', 'test.txt'],
};

/** CoNLL++ without its document lines; names in the order of `ENTITY_TYPES`. The original test part differs in its labels alone. */
const PUBLISHED: Readonly<
  Record<Part, { sentences: number; documents: number; tokens: number; names: readonly number[] }>
> = {
  train: { sentences: 14_041, documents: 946, tokens: 203_621, names: [6600, 6321, 7140, 3438] },
  dev: { sentences: 3250, documents: 216, tokens: 51_362, names: [1842, 1341, 1837, 922] },
  test: { sentences: 3453, documents: 231, tokens: 46_435, names: [1618, 1715, 1646, 723] },
};

/**
 * Reads CoNLL++ (Wang et al. 2019, CrossWeigh, EMNLP, arXiv:1909.01441): CoNLL-2003 in English, with the labels of 186 test sentences corrected.
 * From the given folder, else the folder named by FALCONFRAMES_MIRROR or the cache; else `gold` downloads it (5 MB), and `auto` takes the
 * sample of the package. A folder of your own has `train.txt`, `dev.txt` and `test.txt` in CoNLL columns, with any types; files named as those of
 * CoNLL++ come first.
 *
 * @throws InputError for a missing or unusable file, types in dev or test that train lacks, a mirror that differs from the pinned files, and
 * with `gold` if the download fails
 * @example
 * ```ts
 * const { train, test, labels } = await loadNewswire({ data: 'gold' });
 * [train.sentences.length, test.documents]; // [14041, 231]
 * labels; // ['PER', 'ORG', 'LOC', 'MISC']
 * ```
 */
export async function loadNewswire({
  folder,
  data = 'auto',
}: {
  folder?: string;
  data?: TextData;
} = {}): Promise<Newswire> {
  if (folder !== undefined) return read(folder, 'folder');
  const source = sourceNamed('conllpp');
  const place = data === 'sample' ? undefined : data === 'gold' ? await findSource(source) : placeOf(source);
  if (!place) return read(SAMPLE, 'sample');
  const newswire = read(place.folder, place.kind);
  verifySource(source, place.folder);
  return newswire;
}

function read(folder: string, kind: Newswire['kind']): Newswire {
  const paths = new Map(PARTS.map((part) => [part, fileOf(folder, part)]));
  const files = new Map(PARTS.map((part) => [part, readConllFile(paths.get(part)!)]));
  const train = files.get('train')!;
  for (const part of PARTS) {
    const { labels } = files.get(part)!;
    if (labels.length === 0)
      throw new InputError(`${paths.get(part)}: has no entity; give the ${part} part with its annotations`);
    const others = labels.filter((label) => !train.labels.includes(label));
    if (others.length > 0)
      throw new InputError(
        `${paths.get(part)}: has the type${others.length > 1 ? 's' : ''} ${others.map((label) => `"${label}"`).join(', ')}, which ${paths.get('train')} lacks; rename ${others.length > 1 ? 'them' : 'it'}, or give files of one annotation`,
      );
  }
  if (train.labels.includes(ALL))
    throw new InputError(
      `${paths.get('train')}: has the type "${ALL}", which tables use for all types; rename it`,
    );
  const known: readonly string[] = ENTITY_TYPES;
  const labels = [
    ...known.filter((label) => train.labels.includes(label)),
    ...train.labels.filter((label) => !known.includes(label)).sort(),
  ];
  const partOf = (part: Part): NewswirePart => {
    const { sentences, documents, tokens } = files.get(part)!;
    return {
      sentences: sentences.map((sentence) => ({ ...sentence, annotated: labels })),
      documents,
      tokens,
      path: paths.get(part)!,
    };
  };
  return {
    ...{ train: partOf('train'), dev: partOf('dev'), test: partOf('test') },
    labels,
    kind,
    title: titleOf(files, kind),
    skipped: PARTS.flatMap((part) => [
      ...files.get(part)!.skipped,
      ...labels
        .filter((label) => !files.get(part)!.labels.includes(label))
        .map(
          (label) =>
            `${paths.get(part)}: has no ${label}: if its annotators did not look for it, scores are too low`,
        ),
    ]),
  };
}

function fileOf(folder: string, part: Part): string {
  if (!isFolder(folder)) throw new InputError(`${folder}: is a file; name the folder with the three parts`);
  // A dangling link counts as present, so that it is reported and no other file is read in its place.
  const name = FILES[part].find((candidate) => lstatSync(join(folder, candidate), { throwIfNoEntry: false }));
  if (name === undefined)
    throw new InputError(
      `${folder}: has no ${FILES[part].join(' and no ')}; give the ${part} part in CoNLL columns`,
    );
  const path = join(folder, name);
  if (isFolder(path)) throw new InputError(`${path}: is a folder; give one file per part`);
  return path;
}

function titleOf(files: ReadonlyMap<Part, ConllFile>, kind: Newswire['kind']): string {
  if (kind === 'sample') return 'sample';
  const isPublished = PARTS.every((part) => {
    const { sentences, documents, tokens } = files.get(part)!;
    const spans = sentences.flatMap((sentence) => sentence.spans);
    const names = ENTITY_TYPES.map((type) => spans.filter(({ label }) => label === type).length);
    const counts = { sentences: sentences.length, documents, tokens, names };
    return isDeepStrictEqual(counts, PUBLISHED[part]);
  });
  const count = PARTS.reduce((sum, part) => sum + files.get(part)!.sentences.length, 0);
  return isPublished ? 'CoNLL++' : `${count} sentences of no published set`;
}
