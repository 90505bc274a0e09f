import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, writeFileAtomically, writePieces } from '../foundation';
import { EXPORTS, hasWeights, readCompanion, saveTokenizer } from '../nn';
import { TOKENIZER_FILES } from '../tokenization';

/** Returns the path of a model folder's ONNX file. */
export function onnxPath(folder: string, { quantized }: { quantized: boolean }): string {
  return join(folder, 'onnx', quantized ? EXPORTS.int8 : EXPORTS.fp32);
}

/** Writes `onnx/model.onnx`; removes quantized weights of an earlier one, which would be run instead. */
export function writeExported(folder: string, model: Uint8Array): string {
  const path = onnxPath(folder, { quantized: false });
  writePieces(path, [model], { outdated: [onnxPath(folder, { quantized: true })] });
  return path;
}

/** Why a step that starts from `onnx/model.onnx` has nothing to start from. @param step "quantize" or another command of `compress` */
export function nothingExported(folder: string, step: string): InputError {
  const isEightBit = existsSync(onnxPath(folder, { quantized: true })) && !hasWeights(folder);
  return new InputError(
    isEightBit
      ? `${folder}: has eight-bit weights only, and ${step} needs 32-bit ones; name the folder of the model that it was made from`
      : `${folder}: has no onnx/model.onnx to ${step}; run \`npx falconframes compress export --model ${folder}\` first`,
  );
}

/** Files needed to run a model besides its weights. */
export const COMPANIONS: readonly string[] = ['config.json', ...TOKENIZER_FILES];

/**
 * Copies configuration and tokenizer into another folder, so that it can be deployed on its own: with a tokenizer.json, even if the model
 * was published without one.
 */
export function copyCompanions(from: string, to: string): void {
  if (resolve(from) === resolve(to)) return;
  const found = COMPANIONS.filter((name) => existsSync(join(from, name)));
  const contents = found.map((name) => readCompanion(join(from, name))); // all, before any is written
  for (const [index, name] of found.entries()) writeFileAtomically(join(to, name), contents[index]);
  const isVocabularyAlone =
    found.some((name) => name.startsWith('vocab.')) && !found.includes('tokenizer.json');
  if (isVocabularyAlone) saveTokenizer(from, to);
}
