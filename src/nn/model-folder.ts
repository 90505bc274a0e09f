import { existsSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomically } from '../foundation';
import { completeConfiguration, hasBothFiles, readTokenizerFile, TOKENIZER_FILES } from '../tokenization';
import { writeSafetensors } from './safetensors';
import type { Tensor } from './stored-tensor';
import { EXPORTS, hasWeights, WEIGHTS } from './weights';

/**
 * Writes the weights of a model. Removes its exports, which were made from the old weights and would be run instead of the new ones;
 * other files in `onnx` stay.
 */
export function writeWeights(folder: string, tensors: ReadonlyMap<string, Tensor>): void {
  writeSafetensors(join(folder, WEIGHTS), tensors, exportsOf(folder));
  removeIfEmpty(join(folder, 'onnx'));
}

/** Rejects a folder with a model, of which a command would replace the configuration and leave the weights. @throws InputError */
export function refuseModelIn(folder: string): void {
  if (hasWeights(folder))
    throw new InputError(
      `${folder}: contains another model, whose configuration would be replaced; choose another output`,
    );
}

/** Removes the exports of a model. */
export function removeExports(folder: string): void {
  for (const path of exportsOf(folder)) rmSync(path, { force: true });
  removeIfEmpty(join(folder, 'onnx'));
}

const exportsOf = (folder: string) => Object.values(EXPORTS).map((name) => join(folder, 'onnx', name));

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It has other files, or does not exist.
  }
}

/**
 * Copies the tokenizer's files, and writes tokenizer.json and tokenizer_config.json if the source lacks them, for the readers that need
 * both. Truncation and padding are switched off, since windows take care of both.
 */
export function saveTokenizer(source: string, folder: string): void {
  const tokenizer = JSON.stringify({ ...readTokenizerFile(source), truncation: null, padding: null });
  const configuration = hasBothFiles(source) ? undefined : completeConfiguration(source);
  for (const name of TOKENIZER_FILES) {
    if (source !== folder && existsSync(join(source, name)))
      writeFileAtomically(join(folder, name), readCompanion(join(source, name)));
  }
  writeFileAtomically(join(folder, 'tokenizer.json'), tokenizer);
  if (configuration)
    writeFileAtomically(join(folder, 'tokenizer_config.json'), `${JSON.stringify(configuration, null, 2)}\n`);
}

/** Bytes. The largest tokenizers published take some 35 MB. */
const LARGEST_COMPANION = 2 ** 28;

/** Reads a file that is copied along with a model. @throws InputError for a pipe or a device, which may be endless */
export function readCompanion(path: string): Buffer {
  const found = statSync(path);
  if (!found.isFile() || found.size > LARGEST_COMPANION)
    throw new InputError(
      `${path}: is not a regular file of at most ${LARGEST_COMPANION} bytes; fetch it again`,
    );
  return readFileSync(path);
}
