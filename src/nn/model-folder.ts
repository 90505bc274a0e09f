import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../foundation';
import { readTokenizerFile } from '../tokenization';
import { type Tensor, writeSafetensors } from './safetensors';
import { WEIGHTS } from './weights';

/** Removes ONNX files, which were made from other weights and would be run in place of these. */
export function writeWeights(folder: string, tensors: ReadonlyMap<string, Tensor>): void {
  writeSafetensors(join(folder, WEIGHTS), tensors);
  rmSync(join(folder, 'onnx'), { recursive: true, force: true });
}

/** Copies the tokenizer's files; truncation and padding are switched off, since windows see to both. */
export function saveTokenizer(source: string, folder: string): void {
  const tokenizer = readTokenizerFile(source);
  writeFileAtomically(
    join(folder, 'tokenizer.json'),
    JSON.stringify({ ...tokenizer, truncation: null, padding: null }),
  );
  for (const name of ['tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt']) {
    if (source !== folder && existsSync(join(source, name)))
      writeFileAtomically(join(folder, name), readFileSync(join(source, name)));
  }
}
