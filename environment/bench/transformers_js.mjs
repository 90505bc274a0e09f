/** transformers.js set up to run a model folder, on so many threads, without asking the network. */
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { env } from '@xenova/transformers';

/** The name by which transformers.js finds the folder. */
export function serveFolder(folder, threads) {
  // It has no setting for threads and would take all cores: its own ONNX Runtime is told before a session is made.
  const requireOfPackage = createRequire(createRequire(import.meta.url).resolve('@xenova/transformers'));
  const { InferenceSession } = requireOfPackage('onnxruntime-node');
  const create = InferenceSession.create.bind(InferenceSession);
  InferenceSession.create = (model, options) =>
    create(model, { ...options, intraOpNumThreads: Number(threads), interOpNumThreads: 1 });
  env.allowRemoteModels = false;
  env.localModelPath = dirname(resolve(folder));
  return basename(resolve(folder));
}
