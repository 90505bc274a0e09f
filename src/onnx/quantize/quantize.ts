import { existsSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { InputError, writeFileAtomically } from '../../foundation';
import { readEncoderConfiguration } from '../../nn';
import { cutWindows, Tokenizer } from '../../tokenization';
import { checkOnnx } from '../check/check';
import { copyCompanions, nothingExported, onnxPath } from '../folder';
import { readOnnx, refuseFused, refuseQuantized } from '../rewrite';
import { expectedOf } from '../session';
import type { CalibrationMethod } from './calibration';
import type { Int8Choices } from './choices';
import { quantizeModel } from './dynamic';
import { quantizeToFourBits } from './four-bit';
import { storeHalves } from './half';
import { calibrate, quantizeStatically } from './static';

/** Format of the weights: 8-bit integers with dynamically quantized activations, 4-bit integers, or 16-bit floats. */
export const QUANTIZATIONS = ['dynamic', '4-bit', 'fp16'] as const;
export type Quantization = (typeof QUANTIZATIONS)[number];

export interface QuantizeOptions extends Int8Choices {
  /** The default is dynamic. The other options apply to 8-bit integers only. */
  kind?: Quantization;
}

export interface StaticOptions extends Int8Choices {
  /** Typical sentences, or texts of a classifier: some hundreds suffice. */
  texts: readonly string[];
  method: CalibrationMethod;
}

/**
 * Writes `onnx/model_quantized.onnx` from a model folder's `onnx/model.onnx`, and returns its path. With another folder `out`, also
 * copies the files needed to run it.
 *
 * Throws InputError, and writes nothing, if there is no exported file, or it is damaged or already quantized.
 */
export function quantizeFolder(
  folder: string,
  out: string = folder,
  { kind = 'dynamic', ...choices }: QuantizeOptions = {},
): string {
  const { model, source } = readExported(folder);
  refuseUnknownParts(model, choices, source);
  if (kind === '4-bit') refuseFusedAttention(model, source);
  const quantized = {
    dynamic: () => quantizeModel(model, choices),
    '4-bit': () => quantizeToFourBits(model),
    fp16: () => storeHalves(model, source),
  }[kind]();
  return writeQuantized(quantized, folder, out);
}

/**
 * The same with activations quantized by fixed ranges, calibrated on typical sentences.
 *
 * Throws InputError, and writes nothing, also if there are no sentences.
 */
export async function quantizeFolderStatically(
  folder: string,
  out: string,
  { texts, method, ...choices }: StaticOptions,
): Promise<string> {
  const { model, source } = readExported(folder);
  refuseUnknownParts(model, choices, source);
  refuseFusedAttention(model, source);
  const { maximumLength, rows } = expectedOf(folder);
  const tokenizer = new Tokenizer(folder);
  const written = texts.filter((text) => text.trim() !== '');
  const windows = (await tokenizer.encode(written)).flatMap((encoded) => {
    const all = cutWindows(encoded, tokenizer, maximumLength);
    return rows === 'text' ? all.slice(0, 1) : all; // a classifier reads only the beginning
  });
  const ranges = await calibrate(model, windows, method);
  return writeQuantized(quantizeStatically(model, ranges, choices), folder, out);
}

/** Throws InputError if the folder is not a model or has no exported file, or if that cannot be run or is already quantized. */
function readExported(folder: string): { model: onnx.ModelProto; source: string } {
  const encoder = readEncoderConfiguration(folder);
  const source = onnxPath(folder, { quantized: false });
  if (!existsSync(source)) {
    throw nothingExported(folder, 'quantize');
  }
  const model = readOnnx(source, encoder);
  refuseQuantized(model, source, 'quantize the fp32 file that it was made from');
  return { model, source };
}

/** Throws InputError for a part of names to keep that no matrix has, since everything would be quantized. */
function refuseUnknownParts(model: onnx.ModelProto, { keep = [] }: Int8Choices, source: string): void {
  const names = model.graph!.initializer!.map(({ name }) => name!);
  const unknown = keep.find((part) => part === '' || !names.some((name) => name.includes(part)));
  if (unknown !== undefined)
    throw new InputError(
      `${source}: no matrix has ${JSON.stringify(unknown)} in its name, so nothing can be kept in floats by it; give a part of a name, such as ".layer.0."`,
    );
}

/** Throws InputError if attention is fused: `Attention` has no counterpart with fixed ranges or in four bits. */
function refuseFusedAttention(model: onnx.ModelProto, source: string): void {
  refuseFused(model, source, 'this kind does not support fused attention: export the model again', [
    'Attention',
  ]);
}

function writeQuantized(model: onnx.ModelProto, folder: string, out: string): string {
  const bytes = onnx.ModelProto.encode(model).finish();
  // Weights near overflow give scales that overflow.
  checkOnnx(bytes, `${folder} quantized`);
  copyCompanions(folder, out);
  const path = onnxPath(out, { quantized: true });
  writeFileAtomically(path, bytes);
  return path;
}
