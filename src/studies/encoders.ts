import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { completeGeneralDistillation, distilEncoder } from '../compression';
import { cacheFolder, mirrorFiles, type Progress, sha256OfFile, silentProgress } from '../foundation';
import { fetchEncoder, listEncoders, readEncoderConfiguration, summarizeModel } from '../nn';
import { Tokenizer } from '../tokenization';
import { pretrain, readMetrics, resumable, secondsOf } from '../training';

/** A row of the table of encoders in data/studies/paper-topics.json. */
export interface ComparedEncoder {
  name: string;
  /** The encoder of the reference study, in whose place it stands. */
  standsFor: string | null;
  /** What it has read before. */
  reading: string;
  learningRate: number;
  /** Rates to choose from. */
  rates: number[];
  /** The batch sizes that are tried with one that takes long, with one seed. Default: all of the profile, one of them with all seeds. */
  batchSizes?: number[];
  /** How to make it, if nobody publishes it: the options of `pretrain` or, with `distillation`, of `distilEncoder`, without text. */
  recipe?: Record<string, unknown>;
}

/** An encoder of the table, as far as it can be had. */
export interface PreparedEncoder extends ComparedEncoder {
  /** Its model folder; absent if it is not at hand. */
  folder?: string;
  /** Why it is not at hand. */
  absent?: string;
  /** Layers x width. */
  shape?: string;
  /** Of the encoder alone. */
  parameters?: number;
  /** The first digits of the SHA-256 of its pieces in the order of their ids. */
  vocabulary?: string;
  /** Cost of its pre-training, if it was made here: tokens seen, and seconds. */
  effort?: { tokens: number; seconds: number };
}

/**
 * Finds the encoders of a table; with `make`, fetches or makes those that are not at hand, which takes a quarter of an hour each for those
 * with a recipe. An encoder made once is kept in the project's cache, by its recipe and its texts.
 */
export async function prepareEncoders(
  encoders: readonly ComparedEncoder[],
  { make, progress = silentProgress }: { make: boolean; progress?: Progress },
): Promise<PreparedEncoder[]> {
  const prepared: PreparedEncoder[] = [];
  try {
    for (const encoder of encoders) {
      const { folder, absent } = await locate(encoder, make, progress);
      prepared.push({ ...encoder, folder, absent, ...(folder !== undefined && describe(folder)) });
    }
  } finally {
    progress.end();
  }
  return prepared;
}

async function locate(
  { name, recipe }: ComparedEncoder,
  make: boolean,
  progress: Progress,
): Promise<{ folder?: string; absent?: string }> {
  if (!recipe) {
    const isPresent = listEncoders().some((one) => one.name === name && one.present);
    if (isPresent || make) return { folder: await fetchEncoder(name) };
    return { absent: 'not downloaded; the profile full fetches it' };
  }
  const text = unlabelledText();
  const folder = join(cacheFolder(), 'encoders', `${name}-${fingerprintOfRecipe(recipe, text)}`);
  if (resumable(folder) === 'finished') return { folder };
  if (!make) return { absent: 'not made on this machine; the profile full makes it' };
  if (text.length === 0)
    return { absent: 'no unlabelled text: set FALCONFRAMES_MIRROR to a folder that has "europepmc" in it' };
  const options = { ...recipe, text };
  const run = { resume: existsSync(folder), progress };
  if ('distillation' in recipe) {
    const place = `the recipe of ${name}`;
    await distilEncoder(completeGeneralDistillation(options, place), { ...run, folder, place });
  } else await pretrain({ ...options, ...run, out: folder });
  return { folder };
}

/** What an encoder is made from: its recipe and the text that it reads. */
export const fingerprintOfRecipe = (recipe: object, text: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([recipe, text.map(sha256OfFile)]))
    .digest('hex')
    .slice(0, 8);

/** The full texts of the mirror, JATS XML, in the order of their names; none without a mirror. */
export const unlabelledText = (): string[] => [
  ...mirrorFiles(join('europepmc', 'fulltext'), '.xml'),
  ...mirrorFiles(join('craft', 'nxml'), '.nxml'),
];

function describe(folder: string): Pick<PreparedEncoder, 'shape' | 'parameters' | 'vocabulary' | 'effort'> {
  const tokenizer = new Tokenizer(folder);
  const pieces = Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.tokenOf(id));
  const rows = readMetrics(join(folder, 'metrics.jsonl')).flatMap((row) =>
    row.kind === 'step' ? [row] : [],
  );
  const encoder = readEncoderConfiguration(folder);
  return {
    shape: `${encoder.layers} x ${encoder.hiddenSize}`,
    parameters: summarizeModel({ encoder }).parameters,
    vocabulary: createHash('sha256').update(pieces.join('\n')).digest('hex').slice(0, 8),
    ...(rows.length > 0 && {
      effort: {
        tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0),
        seconds: secondsOf(rows),
      },
    }),
  };
}
