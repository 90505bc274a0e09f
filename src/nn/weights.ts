import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { areFinite, describeJson, InputError } from '../foundation';
import { readTorchHeader } from './checkpoints/torch';
import { encoderPrefixes } from './networks';
import { readSafetensorsHeader } from './safetensors-header';
import { readShardNames } from './shards';
import {
  isFloat,
  readStored,
  repeatsNumbers,
  type StoredTensor,
  type Tensor,
  withFile,
} from './stored-tensor';

export const WEIGHTS = 'model.safetensors';
/** Weights of a published model, in one file or with an index of several; as in Python, the first that is there is read. */
export const WEIGHT_FILES = [
  WEIGHTS,
  `${WEIGHTS}.index.json`,
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
] as const;
/** Files of exports, in the subfolder `onnx`; transformers.js expects these names. */
export const EXPORTS = { fp32: 'model.onnx', int8: 'model_quantized.onnx' } as const;
/** The largest word table published for an encoder (LaBSE) takes 1.5 GB. */
const LARGEST_TENSOR = 2 ** 31;

/** Weight files of other libraries, in formats that are not supported. */
const OTHER_FORMATS = /^(tf_model.*\.h5|flax_model.*\.msgpack|(bert_)?model\.ckpt.*|rust_model\.ot)$/;
/** One of several files of weights. */
const SHARD = /^(?:model|pytorch_model)-\d+-of-\d+\.(?:safetensors|bin)$/;

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
export const hasWeights = (folder: string): boolean => findWeights(folder) !== undefined;

const findWeights = (folder: string): string | undefined =>
  WEIGHT_FILES.map((name) => join(folder, name)).find(existsSync);

/**
 * Opens the weights of a model folder: safetensors, or PyTorch's format, read without running anything in it; in one file or in
 * several with an index. Recognizes names without the encoder's prefix (`bert.`), as in encoders saved without a head, those inside
 * a wrapper (`module.bert.`), and the LayerNorm names of the original BERT.
 */
export function openWeights(folder: string): StoredWeights {
  const path = findWeights(folder);
  if (!path) throw noWeights(folder);
  const stored = new Map<string, { file: string; tensor: StoredTensor }>();
  for (const file of weightFiles(folder)) {
    for (const tensor of file.endsWith('.bin') ? readTorchHeader(file) : readSafetensorsHeader(file)) {
      const other = stored.get(tensor.name);
      if (other)
        throw new InputError(
          `${file}: has ${describeJson(tensor.name)} again, which ${basename(other.file)} has already`,
        );
      stored.set(tensor.name, { file, tensor });
    }
  }
  const find = (name: string) => {
    const [first, other] = [...new Set(namesOf(name))].filter((own) => stored.has(own));
    // The second may be another version, such as a moving average.
    if (other !== undefined)
      throw new InputError(
        `${path}: has both ${describeJson(first)} and ${describeJson(other)}; save only the one to be used`,
      );
    return first === undefined ? undefined : stored.get(first);
  };
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
  const path = findWeights(folder);
  if (!path) throw noWeights(folder);
  return path.endsWith('.index.json') ? shardsOf(folder, path) : [path];
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
  if (repeatsNumbers(stored))
    throw new InputError(
      `${file}: ${describeJson(name)} of shape [${stored.shape}] repeats ${stored.end - stored.begin} bytes; save it as \`tensor.contiguous()\``,
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

function shardsOf(folder: string, index: string): string[] {
  return readShardNames(index).map((name) => {
    const file = join(folder, name);
    if (!existsSync(file)) throw new InputError(`${index}: names ${name}, which is missing; fetch it again`);
    return file;
  });
}

function noWeights(folder: string): InputError {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const other = names.find((name) => OTHER_FORMATS.test(name));
  const shard = names.find((name) => SHARD.test(name));
  const why = shard
    ? `has ${shard}, but no ${indexOf(shard)}; fetch that, too`
    : other
      ? `has its weights in ${other}, a format that is not read; load the model in Python and save it with \`save_pretrained(folder, safe_serialization=True)\``
      : existsSync(join(folder, 'onnx', EXPORTS.int8))
        ? 'has eight-bit weights only, which can be run but not trained, exported or changed; name the folder of the model that it was made from'
        : `${WEIGHTS} is missing, as is pytorch_model.bin, so there are no weights; the folder is not a complete model, train or fetch it again`;
  return new InputError(`${folder}: ${why}`);
}

const indexOf = (shard: string): string => WEIGHT_FILES[shard.endsWith('.bin') ? 3 : 1];

const PREFIX = new RegExp(`^(?:${encoderPrefixes().join('|')})\\.`);

/** Prefixes from wrappers around a network, in PyTorch (DataParallel) and in programs that train. */
const WRAPPERS = ['', 'module.', 'model.', 'module.model.', 'model.module.'];

/**
 * Returns the names that a tensor may have in a file: without the encoder's prefix, with the original names of LayerNorm, and inside
 * a wrapper.
 */
function namesOf(name: string): string[] {
  const names = [name, name.replace(PREFIX, '')];
  const published = names.map((own) =>
    own.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
  );
  return WRAPPERS.flatMap((wrapper) => [...names, ...published].map((own) => wrapper + own));
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
