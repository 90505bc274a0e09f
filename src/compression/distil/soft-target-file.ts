import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  checkOutputFolder,
  fieldsOf,
  InputError,
  type LabelledText,
  type Progress,
  parseJson,
  readLines,
  silentProgress,
  writeFileAtomically,
} from '../../foundation';
import { readClassifierConfiguration, SequenceClassifier, writeClassifierConfiguration } from '../../nn';
import { encodeWholeTexts } from '../../tasks';
import { Tokenizer } from '../../tokenization';

/** A classifier's logits by text, kept in a folder without its weights. */
export interface KeptAnswers {
  /** Logits of a text in the order of the labels; undefined if it was not answered. */
  logitsOf(text: string): Float32Array | undefined; // [labels]
}

/** The teacher's answers in a folder. */
export const SOFT_TARGETS_FILE = 'soft-targets.jsonl.gz';
/** Digits after the point: an error of at most 0.05, small against the temperatures of distillation. */
const DIGITS = 1;
/** Hexadecimal digits of a text's SHA-256 that stand for it. */
const HASH_DIGITS = 16;

export const hasKeptAnswers = (folder: string): boolean => existsSync(join(folder, SOFT_TARGETS_FILE));

/**
 * Keeps a teacher's logits of texts in a small folder, which `distil` takes as a teacher: `config.json` with its labels, and
 * `soft-targets.jsonl.gz` with one line per text, its hash and its logits with one digit after the point. The texts themselves are not
 * kept.
 *
 * @param teacher model folder of a text classifier
 * @throws InputError if the folder is not a classifier, `out` cannot be written or is the teacher's own folder, or there are no texts
 */
export async function keepSoftTargets(
  teacher: string,
  texts: readonly Pick<LabelledText, 'text'>[],
  out: string,
  progress: Progress = silentProgress,
): Promise<void> {
  checkOutputFolder(out, [teacher]);
  const different = [...new Set(texts.map(({ text }) => text))];
  if (different.length === 0) throw new InputError('there are no texts for the teacher to answer; give some');
  const network = SequenceClassifier.load(teacher);
  const lines: string[] = [];
  try {
    const tokenizer = new Tokenizer(teacher);
    for (let first = 0; first < different.length; first += AT_ONCE) {
      const some = different.slice(first, first + AT_ONCE);
      const { windows } = await encodeWholeTexts(some, tokenizer, network.configuration.maximumLength);
      for (const [index, logits] of (await network.score(windows)).entries()) {
        const rounded = [...logits].map((value) => Number(value.toFixed(DIGITS)));
        lines.push(JSON.stringify({ text: hashOf(some[index]), logits: rounded }));
      }
      progress.update(lines.length, different.length, 'texts');
    }
  } finally {
    progress.end();
    network.dispose();
  }
  writeFileAtomically(join(out, SOFT_TARGETS_FILE), gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
  writeClassifierConfiguration(out, network.configuration);
}

const AT_ONCE = 1024;

/** Reads what `keepSoftTargets` wrote. @throws InputError, with file and line, if it is damaged or has other labels than its config.json */
export function readSoftTargets(folder: string): KeptAnswers {
  const path = join(folder, SOFT_TARGETS_FILE);
  const { labels } = readClassifierConfiguration(folder);
  const known = new Map<string, Float32Array>();
  let line = 0;
  for (const content of readLines(path)) {
    line++;
    const { text, logits } = fieldsOf(parsed(content));
    const isRow = Array.isArray(logits) && logits.length === labels.length && logits.every(Number.isFinite);
    if (typeof text !== 'string' || !isRow)
      throw new InputError(
        `${path} line ${line}: is not a text's hash with the logits of ${labels.length} labels; restore the file`,
      );
    known.set(text, Float32Array.from(logits));
  }
  return { logitsOf: (text) => known.get(hashOf(text)) };
}

function parsed(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
