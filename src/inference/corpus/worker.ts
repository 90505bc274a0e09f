/** Runs in a worker thread: a model with one thread that processes one batch after another. */
import { workerData } from 'node:worker_threads';
import { answerParent } from '../../foundation';
import { openAnnotating } from './annotate-batch';
import { openClassifying } from './classify-batch';
import type { Source } from './sources';
import type { BatchResult, WorkerSettings } from './work';

function main(): void {
  const { model, quantized, work } = workerData as WorkerSettings;
  const opening =
    work.kind === 'annotate'
      ? openAnnotating(model, quantized, work)
      : openClassifying(model, quantized, work.top);
  opening.catch(() => {}); // reported as the answer to the first batch
  answerParent(async (batch: Source[]): Promise<BatchResult> => (await opening)(batch));
}

main();
