import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeFileAtomically, writePieces } from '../foundation';
import { EXPORTS, readCompanion, saveTokenizer } from '../nn';
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
