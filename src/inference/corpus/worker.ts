/** What runs in a worker thread: an annotator of one thread, which takes one batch after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../foundation';
import { loadAnnotator } from '../annotator';
import { type Article, type OffsetUnit, readArticle } from './article';
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
}

export type Answer = { result: BatchResult } | { refusal: string };

function main(): void {
  const port = parentPort!;
  const { model, quantized, offsets } = workerData as WorkerSettings;
  const loading = loadAnnotator(model, { quantized, threads: 1 });
  loading.catch(() => {}); // told as the answer to the first batch
  port.on('message', async (batch: Source[]) => {
    let answer: Answer;
    try {
      const { annotateSentences } = await loading;
      answer = { result: await annotateBatch(batch, annotateSentences, offsets) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      answer = { refusal: error.message };
    }
    port.postMessage(answer);
  });
}

async function annotateBatch(
  batch: readonly Source[],
  annotateSentences: Awaited<ReturnType<typeof loadAnnotator>>['annotateSentences'],
  offsets: OffsetUnit,
): Promise<BatchResult> {
  const articles: Article[] = [];
  const damages: string[] = [];
  for (const source of batch) {
    try {
      articles.push(readArticle(source));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      damages.push(error.message);
    }
  }
  const found = await annotateSentences(articles.map(({ sentences }) => sentences));
  return {
    lines: articles.map((article, index) => article.linesOf(found[index], offsets)).join(''),
    documents: articles.length,
    sentences: found.flat().length,
    entities: found.flat(2).length,
    damages,
  };
}

main();
