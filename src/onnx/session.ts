import { existsSync } from 'node:fs';
import { InferenceSession } from 'onnxruntime-node';
import { firstLineOf, InputError } from '../foundation';
import { readClassifierConfiguration, readConfiguration, readLabelRows, readTask, savedLabels } from '../nn';
import { checkOnnx, readOnnxFile } from './check/check';
import { type ExpectedModel, mayShareCalls, type OnnxScorer, sessionScorer } from './session-scorer';

/** ONNX Runtime writes to standard error only before it aborts the process; everything else is thrown. */
const FATAL = 4;

export interface OnnxOptions {
  /** Threads per call; the default is one per core. */
  threads?: number;
  /** Properties that the file must match, if known. */
  expected?: ExpectedModel;
}

/** Returns the properties that the ONNX files of a model folder must match. */
export function expectedOf(folder: string): ExpectedModel {
  if (readTask(folder) === 'classification') {
    const { encoder, maximumLength, labels } = readClassifierConfiguration(folder);
    return { encoder, maximumLength, rows: 'text', names: labels, lessOutside: false };
  }
  const configuration = readConfiguration(folder);
  return {
    encoder: configuration.encoder,
    maximumLength: configuration.maximumLength,
    rows: 'tokens',
    names: savedLabels(configuration),
    labelRows: readLabelRows(folder),
    lessOutside: configuration.scheme !== 'exclusive',
  };
}

/**
 * Opens a scorer for an ONNX file of a model folder, whose labels may be in any order. @param model path of the file, or its bytes
 */
export async function openFolderScorer(
  folder: string,
  model: string | Uint8Array,
  options: Omit<OnnxOptions, 'expected'> = {},
): Promise<OnnxScorer> {
  return openOnnxScorer(model, { ...options, expected: expectedOf(folder) });
}

/**
 * Opens a scorer for an exported model, fp32 or int8, that runs in ONNX Runtime on the CPU. A window's logits do not depend on the
 * others scored with it.
 *
 * @param model path of a file, or the bytes of one
 */
export async function openOnnxScorer(
  model: string | Uint8Array,
  { threads = 0, expected }: OnnxOptions = {},
): Promise<OnnxScorer> {
  const place = typeof model === 'string' ? model : 'the exported model';
  if (typeof model === 'string' && !existsSync(model)) {
    throw new InputError(`${model}: there is no such file; run \`falconframes compress\` on the model first`);
  }
  const bytes =
    typeof model === 'string'
      ? readOnnxFile(model, expected)
      : Buffer.from(model.buffer, model.byteOffset, model.length);
  // Bytes were encoded by this library just now.
  if (typeof model === 'string') checkOnnx(bytes, place, expected);
  const sharesCalls = mayShareCalls(bytes);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: FATAL,
    });
  } catch (error) {
    throw new InputError(
      `${place}: ONNX Runtime cannot load it (${firstLineOf((error as Error).message)}); export the model again`,
    );
  }
  return sessionScorer(session, { place, expected, sharesCalls });
}
