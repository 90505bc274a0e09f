/** What runs in a worker thread: an annotator of one thread, which takes one batch after the other. */
import { workerData } from 'node:worker_threads';
import { answerParent, InputError } from '../../foundation';
import { loadAnnotator } from '../annotator';
import { type Article, type OffsetUnit, readArticle } from './article';
import { readContent } from './file-content';
import { fingerprintOf } from './fingerprint';
import type { Source } from './sources';

export interface WorkerSettings {
  model: string;
  quantized?: boolean;
  offsets: OffsetUnit;
}

export interface BatchResult {
  /** Lines of output, each with its end. */
  lines: string;
  /** Documents annotated. */
  documents: number;
  sentences: number;
  entities: number;
  /** One sentence for each source that cannot be used. */
  damages: string[];
  /** The fingerprints of the sources, concatenated. */
  fingerprints: Uint8Array;
}

function main(): void {
  const { model, quantized, offsets } = workerData as WorkerSettings;
  const loading = loadAnnotator(model, { quantized, threads: 1 });
  loading.catch(() => {}); // reported as the answer to the first batch
  answerParent(async (batch: Source[]): Promise<BatchResult> => {
    const { annotateSentences } = await loading;
    return annotateBatch(batch, annotateSentences, offsets);
  });
}

async function annotateBatch(
  batch: readonly Source[],
  annotateSentences: Awaited<ReturnType<typeof loadAnnotator>>['annotateSentences'],
  offsets: OffsetUnit,
): Promise<BatchResult> {
  const articles: { place: string; article: Article }[] = [];
  const damages: string[] = [];
  const fingerprints: Buffer[] = [];
  for (const source of batch) {
    const content = readContent(source);
    fingerprints.push(fingerprintOf(source, content));
    orDamage(damages, source.place, () => {
      if (content instanceof InputError) throw content;
      articles.push({ place: source.place, article: readArticle(source, content) });
    });
  }
  const found = await annotateSentences(articles.map(({ article }) => article.sentences));
  const result = { lines: '', documents: 0, sentences: 0, entities: 0 };
  articles.forEach(({ place, article }, index) => {
    orDamage(damages, place, () => {
      result.lines += article.linesOf(found[index], offsets);
      result.documents++;
      result.sentences += found[index].length;
      result.entities += found[index].reduce((sum, own) => sum + own.length, 0);
    });
  });
  return { ...result, damages, fingerprints: Buffer.concat(fingerprints) };
}

/** Runs work on one source; a failure becomes a sentence in `damages`. */
function orDamage(damages: string[], place: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) damages.push(error.message);
    // From the JavaScript engine: a string, an array or a recursion beyond its limits.
    else if (error instanceof RangeError) damages.push(`${place}: is too large (${error.message}); split it`);
    else throw error;
  }
}

main();
