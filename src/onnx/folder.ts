import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeFileAtomically, writePieces } from '../foundation';
import { readCompanion } from '../nn';

/** Where a model folder keeps its ONNX files; transformers.js looks for these names. */
export function onnxPath(folder: string, { quantized }: { quantized: boolean }): string {
  return join(folder, 'onnx', quantized ? 'model_quantized.onnx' : 'model.onnx');
}

/** Writes `onnx/model.onnx`; quantized weights of an earlier one, which would be run in its place, go. */
export function writeExported(folder: string, model: Uint8Array): string {
  const path = onnxPath(folder, { quantized: false });
  writePieces(path, [model], { outdated: [onnxPath(folder, { quantized: true })] });
  return path;
}

/** What a model needs beside its weights to be run. */
export const COMPANIONS = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
];

/** Copies configuration and tokenizer into another folder, so that it can be deployed without the first. */
export function copyCompanions(from: string, to: string): void {
  if (resolve(from) === resolve(to)) return;
  const found = COMPANIONS.filter((name) => existsSync(join(from, name)));
  const contents = found.map((name) => readCompanion(join(from, name))); // all, before any is written
  for (const [index, name] of found.entries()) writeFileAtomically(join(to, name), contents[index]);
}
