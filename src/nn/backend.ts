import { join } from 'node:path';
import { InputError, workFolder } from '../foundation';

/**
 * The parts of `@tensorflow/tfjs-node-gpu` used by this library. Declared here because that package is optional: a program that
 * only annotates compiles without it.
 */
export interface TensorFlow {
  readonly version: Readonly<Record<string, string>>;
  getBackend(): string;
  /** The native backend; its `binding` runs operations. */
  backend(): unknown;
  /** Frees the tensors created in `work`, except its result. */
  tidy<Result>(work: () => Result): Result;
  randomUniform(shape: [number, number]): Matrix;
  matMul(left: Matrix, right: Matrix): Matrix;
}

export interface Matrix {
  slice(begin: [number, number], size: [number, number]): Matrix;
  dataSync(): ArrayLike<number>;
}

const PACKAGE = '@tensorflow/tfjs-node-gpu';
let loaded: TensorFlow | undefined;

/**
 * Native TensorFlow, loaded on first use, so that everything but training runs without it. Throws InputError with the command to
 * run if the native library is not set up.
 */
export function tensorflow(): TensorFlow {
  if (loaded) return loaded;
  // Information and warnings of the C++ library (which CPU instructions it was built for, …) are not meant for users.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN's kernels, which TensorFlow enables by default only on newer processors: 8% faster products and two to three times
  // faster attention on AVX2 (training.bench.ts).
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // The binding calls a function that Node 23 removed.
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const { warn } = console;
  try {
    // Suppresses a message for each kernel that two bundled packages both register.
    console.warn = () => {};
    loaded = requirePackage() as TensorFlow;
  } catch (error) {
    const { message } = error as Error;
    throw new InputError(
      /can not be found|Cannot find module/.test(message)
        ? 'native TensorFlow is not set up on this machine; run `npx falconframes setup`'
        : `native TensorFlow cannot be loaded (${message.split('\n')[0]}); run \`npx falconframes setup\``,
    );
  } finally {
    console.warn = warn;
  }
  return loaded;
}

/** Loads the package installed beside this library or, if a program does not depend on it, the copy made by the set-up. */
function requirePackage(): unknown {
  try {
    require.resolve(PACKAGE);
  } catch {
    return require(join(workFolder(), 'native', 'node_modules', PACKAGE));
  }
  return require(PACKAGE);
}

/** Returns whether TensorFlow computes on a GPU. */
export function usesGpu(): boolean {
  return (tensorflow().backend() as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
}
