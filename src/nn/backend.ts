import { InputError } from '../foundation';

export type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

let loaded: TensorFlow | undefined;

/**
 * Native TensorFlow, loaded on first use, so that whatever needs no training runs without it.
 * Throws an InputError that names the mend where the native library is not set up.
 */
export function tensorflow(): TensorFlow {
  if (loaded) return loaded;
  // Information and warnings of the C++ library (which CPU instructions it was built for, …) are not for our users.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN's kernels, which TensorFlow takes by itself on newer processors only: 8% faster products and two to three times faster
  // attention on AVX2 (training.bench.ts).
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // The binding calls a function that Node 23 removed.
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const { warn } = console;
  try {
    // Kernels that two bundled packages register twice are announced one by one.
    console.warn = () => {};
    loaded = require('@tensorflow/tfjs-node-gpu') as TensorFlow;
  } catch (error) {
    const { message } = error as Error;
    throw new InputError(
      message.includes('can not be found')
        ? 'native TensorFlow is not set up on this machine; run `npm run setup`'
        : `native TensorFlow cannot be loaded (${message.split('\n')[0]}); run \`npm run setup\``,
    );
  } finally {
    console.warn = warn;
  }
  return loaded;
}

/** Whether TensorFlow computes on a GPU. */
export function usesGpu(): boolean {
  return (tensorflow().backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
}
