import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomically } from '../foundation';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors';

export const WEIGHTS = 'model.safetensors';

/** Reads just the tensors that `shapes` asks for; encoders saved without a head lack the prefix, such as `bert.`. */
export function readTensors(folder: string, shapes: ReadonlyMap<string, number[]>): Map<string, Tensor> {
  const path = join(folder, WEIGHTS);
  if (!existsSync(path)) {
    throw new InputError(
      `${folder}: ${WEIGHTS} is missing; the folder is no complete model, train or fetch it again`,
    );
  }
  const stored = readSafetensors(path);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const [tensor] = namesOf(name).flatMap((own) => stored.get(own) ?? []);
    if (!tensor)
      throw new InputError(`${path}: the tensor "${name}" is missing; config.json describes another model`);
    if (String(tensor.shape) !== String(shape)) {
      throw new InputError(
        `${path}: "${name}" has the shape [${tensor.shape}], config.json asks for [${shape}]; the two files do not belong together`,
      );
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

/** A tensor's name, without the encoder's prefix, and with the names that LayerNorm had when BERT was published. */
function namesOf(name: string): string[] {
  const names = [name, name.replace(/^[a-z]+\./, '')];
  const published = names.map((own) =>
    own.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
  );
  return [...names, ...published];
}

/** ONNX files made of other weights, which would be run in place of these, go. */
export function writeWeights(folder: string, tensors: ReadonlyMap<string, Tensor>): void {
  writeSafetensors(join(folder, WEIGHTS), tensors);
  rmSync(join(folder, 'onnx'), { recursive: true, force: true });
}

/** Copies the tokenizer's files; truncation and padding are switched off, since windows see to both. */
export function saveTokenizer(source: string, folder: string): void {
  const tokenizer = JSON.parse(readFileSync(join(source, 'tokenizer.json'), 'utf8'));
  writeFileAtomically(
    join(folder, 'tokenizer.json'),
    JSON.stringify({ ...tokenizer, truncation: null, padding: null }),
  );
  for (const name of ['tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt']) {
    if (source !== folder && existsSync(join(source, name)))
      writeFileAtomically(join(folder, name), readFileSync(join(source, name)));
  }
}
