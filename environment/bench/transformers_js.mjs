/** Sets up transformers.js to run a model folder, with a given number of threads, offline. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { env } from '@xenova/transformers';

/** Returns the name by which transformers.js finds the folder. */
export function serveFolder(folder, threads) {
  // It has no setting for threads and would use all cores: its ONNX Runtime is configured before a session is created. That version
  // (1.14) applies options only to a file, but transformers.js passes bytes.
  const requireOfPackage = createRequire(createRequire(import.meta.url).resolve('@xenova/transformers'));
  const { InferenceSession } = requireOfPackage('onnxruntime-node');
  const create = InferenceSession.create.bind(InferenceSession);
  InferenceSession.create = async (bytes) => {
    const temporary = mkdtempSync(join(tmpdir(), 'transformers-js-'));
    try {
      const path = join(temporary, 'model.onnx');
      writeFileSync(path, bytes);
      return await create(path, { intraOpNumThreads: Number(threads), interOpNumThreads: 1 });
    } finally {
      rmSync(temporary, { recursive: true });
    }
  };
  env.allowRemoteModels = false;
  env.localModelPath = dirname(resolve(folder));
  return basename(resolve(folder));
}
