/** What runs in a worker thread: a model of one thread, which takes one batch after the other. */
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
