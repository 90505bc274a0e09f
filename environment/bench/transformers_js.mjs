/** transformers.js set up to run a model folder, on so many threads, without asking the network. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { env } from '@xenova/transformers';

/** The name by which transformers.js finds the folder. */
export function serveFolder(folder, threads) {
  // It has no setting for threads and would take all cores: its own ONNX Runtime is told before a session is made. That one (1.14)
  // heeds options for a file alone, and transformers.js hands it bytes.
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
