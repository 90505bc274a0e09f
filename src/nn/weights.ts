import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { areFinite, describeJson, InputError, readJsonObject } from '../foundation';
import { encoderPrefixes } from './networks';
import { isFloat, readStored, type Tensor } from './safetensors';
import { readSafetensorsHeader, type StoredTensor, withFile } from './safetensors-header';

export const WEIGHTS = 'model.safetensors';
/** Maps tensors to files, if the weights are in several files. */
const INDEX = 'model.safetensors.index.json';
const LARGEST_INDEX = 10_000_000;
const MOST_FILES = 1000;
/** The largest word table published for an encoder (LaBSE) takes 1.5 GB. */
const LARGEST_TENSOR = 2 ** 31;

/** Weight files of other libraries, in formats that are not supported. */
const OTHER_FORMATS =
  /^(pytorch_model.*\.bin(\.index\.json)?|tf_model.*\.h5|flax_model.*\.msgpack|model\.ckpt.*)$/;

/** The tensors of a model folder, by Hugging Face's names; each is read on request. */
export interface StoredWeights {
  /** The file, for messages. */
  readonly path: string;
  /** The shape of a tensor; undefined if there is none of that name. */
  shapeOf(name: string): readonly number[] | undefined;
  /** @throws InputError for a tensor that does not contain floats, or contains non-finite ones */
  get(name: string): Tensor | undefined;
}

/** Returns whether a folder contains weights that `openWeights` can open. */
export const hasWeights = (folder: string): boolean =>
  [WEIGHTS, INDEX].some((name) => existsSync(join(folder, name)));

/**
 * Opens the weights of a model folder, in one file or in several with an index. Recognizes names without the encoder's prefix
 * (`bert.`), as in encoders saved without a head, and the LayerNorm names of the original BERT.
 */
export function openWeights(folder: string): StoredWeights {
  const path = [WEIGHTS, INDEX].map((name) => join(folder, name)).find(existsSync);
  if (!path) throw noWeights(folder);
  const stored = new Map<string, { file: string; tensor: StoredTensor }>();
  for (const file of weightFiles(folder)) {
    for (const tensor of readSafetensorsHeader(file)) {
      const other = stored.get(tensor.name);
      if (other)
        throw new InputError(
          `${file}: has ${describeJson(tensor.name)} again, which ${basename(other.file)} has already`,
        );
      stored.set(tensor.name, { file, tensor });
    }
  }
  const find = (name: string) => namesOf(name).flatMap((own) => stored.get(own) ?? [])[0];
  return {
    path,
    shapeOf: (name) => find(name)?.tensor.shape,
    get(name) {
      const found = find(name);
      return found && readChecked(found.file, found.tensor);
    },
  };
}

/** Returns the files that contain a folder's weights. */
export function weightFiles(folder: string): string[] {
  const single = join(folder, WEIGHTS);
  return existsSync(single) ? [single] : shardsOf(folder);
}

function readChecked(file: string, stored: StoredTensor): Tensor {
  const { name, dtype } = stored;
  if (!isFloat(dtype))
    throw new InputError(
      `${file}: "${name}" holds numbers of type ${dtype}; save the model with weights in 32-bit floats`,
    );
  if (stored.end - stored.begin > LARGEST_TENSOR)
    throw new InputError(
      `${file}: ${describeJson(name)} takes ${stored.end - stored.begin} bytes; at most ${LARGEST_TENSOR} are read`,
    );
  const tensor = withFile(file, (descriptor) => readStored(descriptor, stored));
  refuseNonFinite(tensor.data, file, name);
  return tensor;
}

/** Throws InputError if a number is NaN or infinite: everything computed from it would be, too. */
function refuseNonFinite(data: Float32Array, path: string, name: string): void {
  if (areFinite(data)) return;
  const place = data.findIndex((value) => !Number.isFinite(value));
  throw new InputError(
    `${path}: "${name}" holds numbers that are not finite (${data[place]} at place ${place}); the training diverged or the file is damaged, train or fetch the model again`,
  );
}

function shardsOf(folder: string): string[] {
  const path = join(folder, INDEX);
  const { weight_map: map } = readJsonObject(path, 'an index of weights', LARGEST_INDEX);
  const names = [...new Set(typeof map === 'object' && map !== null ? Object.values(map) : [])];
  if (names.length === 0 || names.length > MOST_FILES)
    throw new InputError(`${path}: names ${names.length} files of weights; fetch the file again`);
  return names.map((name) => {
    if (typeof name !== 'string' || !/^[\w.-]+\.safetensors$/.test(name))
      throw new InputError(
        `${path}: names ${describeJson(name)}; files of weights must be .safetensors files of the same folder`,
      );
    const file = join(folder, name);
    if (!existsSync(file)) throw new InputError(`${path}: names ${name}, which is missing; fetch it again`);
    return file;
  });
}

function noWeights(folder: string): InputError {
  const other = existsSync(folder) && readdirSync(folder).find((name) => OTHER_FORMATS.test(name));
  return new InputError(
    other
      ? `${folder}: has its weights in ${other}, a format that is not read; load the model in Python and save it with \`save_pretrained(folder, safe_serialization=True)\``
      : `${folder}: ${WEIGHTS} is missing, so there are no weights; the folder is not a complete model, train or fetch it again`,
  );
}

const PREFIX = new RegExp(`^(?:${encoderPrefixes().join('|')})\\.`);

/** Returns the names that a tensor may have in a file: without the encoder's prefix, and with the original names of LayerNorm. */
function namesOf(name: string): string[] {
  const names = [name, name.replace(PREFIX, '')];
  const published = names.map((own) =>
    own.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
  );
  return [...names, ...published];
}

/** Reads the tensors named in `shapes`, after checking that all exist with their shapes. */
export function readTensors(folder: string, shapes: ReadonlyMap<string, number[]>): Map<string, Tensor> {
  const weights = openWeights(folder);
  for (const [name, shape] of shapes) {
    const found = weights.shapeOf(name);
    if (!found)
      throw new InputError(
        `${weights.path}: the tensor "${name}" is missing; config.json describes another model`,
      );
    if (String(found) !== String(shape)) {
      throw new InputError(
        `${weights.path}: "${name}" has the shape [${found}], but config.json requires [${shape}]; the two files do not belong together`,
      );
    }
  }
  return new Map([...shapes.keys()].map((name) => [name, weights.get(name)!]));
}
