import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import {
  checkOutputFolder,
  fieldsOf,
  InputError,
  parseJson,
  readRegularFile,
  writeFileAtomically,
} from '../foundation';
import { approximateParameters, Encoder, readCompanion, refuseModelIn, type Tensor } from '../nn';
import { labelTaskOf, TASKS, withTask } from '../tasks';
import { haveSameTokenizer } from '../tokenization';

/** What training changed, in a folder without weights. */
export const DIFFERENCE_FILE = 'difference.br';

/** Steps of the rounding, in standard deviations of a tensor's differences: most become 0 or one step. */
const STEP = 1.5;

export interface KeptDifference {
  /** Bytes of the file, and of the model's weights as 32-bit floats. */
  bytes: number;
  weightBytes: number;
  /** Root mean square of the rounding's error, over that of the differences. */
  relativeError: number;
}

/** A tensor of the file, in the order of its numbers. */
interface KeptTensor {
  name: string;
  /** The numbers are 8-bit integers: differences from the encoder's tensor, divided by this. null: the values themselves, 32-bit floats. */
  step: number | null;
}

/**
 * Keeps a trained model in a few megabytes: the difference of its weights from the public encoder that its training started from, rounded to multiples
 * of one step a tensor, compressed. Fine-tuning changes weights so little and so redundantly that one or two bits of each change suffice (Liu et
 * al. 2024, "BitDelta", arXiv:2402.10193, who keep the sign). The head and all vectors are kept whole.
 *
 * @param folder model folder of a tagger or text classifier
 * @param encoder folder of the encoder
 * @example keepDifference('my-tagger', locateEncoder('minilm-l6-h384-uncased'), 'kept');
 * @throws InputError, with nothing written, if the two have different shapes or tokenizers
 */
export function keepDifference(folder: string, encoder: string, out: string): KeptDifference {
  checkOutputFolder(out, [folder, encoder]);
  refuseModelIn(out);
  const { content, weightBytes, relativeError } = difference(folder, encoder);
  const compressed = brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS },
  });
  writeFileAtomically(join(out, DIFFERENCE_FILE), compressed);
  writeFileAtomically(join(out, 'config.json'), readCompanion(join(folder, 'config.json')));
  return { bytes: compressed.length, weightBytes, relativeError };
}

function difference(folder: string, encoder: string) {
  if (!haveSameTokenizer(folder, encoder))
    throw new InputError(
      `${folder}: its tokenizer is not that of ${encoder}; name the encoder that its training started from`,
    );
  const trained = snapshotOf(TASKS[labelTaskOf(folder)].load(folder));
  const start = snapshotOf(Encoder.load(encoder));
  const kept: KeptTensor[] = [];
  const numbers: Uint8Array[] = [];
  let [weights, squares, errors] = [0, 0, 0];
  for (const [name, { shape, data }] of trained) {
    const from = startOf(start, name);
    weights += data.length;
    if (from && from.data.length !== data.length)
      throw new InputError(
        `${folder}: "${name}" has ${data.length} weights, but ${from.data.length} in ${encoder}; name the encoder that its training started from`,
      );
    if (!from || shape.length < 2) {
      kept.push({ name, step: null });
      numbers.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      continue;
    }
    const change = data.map((value, index) => value - from.data[index]);
    const square = change.reduce((sum, value) => sum + value ** 2, 0);
    const step = Math.fround(STEP * Math.sqrt(square / data.length));
    const rounded = Int8Array.from(change, (value) =>
      step === 0 ? 0 : Math.max(-128, Math.min(127, Math.round(value / step))),
    );
    kept.push({ name, step });
    numbers.push(new Uint8Array(rounded.buffer));
    squares += square;
    errors += change.reduce((sum, value, index) => sum + (value - step * rounded[index]) ** 2, 0);
  }
  return {
    content: Buffer.concat([Buffer.from(`${JSON.stringify(kept)}\n`), ...numbers]),
    weightBytes: 4 * weights,
    relativeError: squares === 0 ? 0 : Math.sqrt(errors / squares),
  };
}

/**
 * Writes the model that `keepDifference` kept, with all its weights.
 *
 * @param kept folder that `keepDifference` wrote
 * @param encoder folder of the same encoder
 * @throws InputError, with nothing written, if the file is damaged or the encoder another one
 */
export function restoreDifference(kept: string, encoder: string, out: string): void {
  checkOutputFolder(out, [kept, encoder]);
  withTask(labelTaskOf(kept), (task) => {
    const configuration = task.readConfiguration(kept);
    const { tensors, content } = readDifference(kept, approximateParameters(configuration.encoder));
    const start = snapshotOf(Encoder.load(encoder));
    const model = task.createLike(encoder, configuration, 0);
    try {
      const restored = model.parameters.snapshot();
      let position = 0;
      const take = (bytes: number): Buffer => {
        position += bytes;
        if (position > content.length) throw damaged(kept);
        return content.subarray(position - bytes, position);
      };
      for (const [index, [name, { data }]] of [...restored].entries()) {
        const from = startOf(start, name);
        const { name: found, step } = tensors[index] ?? {};
        if (found !== name || (from ? from.data.length !== data.length : step !== null)) throw damaged(kept);
        if (step === null) {
          new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(take(data.byteLength));
        } else {
          const rounded = new Int8Array(take(data.length));
          for (let place = 0; place < data.length; place++)
            data[place] = from!.data[place] + step * rounded[place];
        }
      }
      if (position !== content.length || tensors.length !== restored.size) throw damaged(kept);
      model.parameters.restore(restored);
      model.save(out);
    } finally {
      model.dispose();
    }
  });
}

/** @param weights about as many as the model has, so that no file can fill the memory */
function readDifference(folder: string, weights: number): { tensors: KeptTensor[]; content: Buffer } {
  const path = join(folder, DIFFERENCE_FILE);
  const compressed = readRegularFile(path, "a model's difference", 5 * weights, 'restore the file');
  try {
    const content = brotliDecompressSync(compressed, { maxOutputLength: 5 * weights + 2 ** 20 });
    const end = content.indexOf('\n');
    const tensors = parseJson(content.toString('utf8', 0, end));
    if (!Array.isArray(tensors) || !tensors.every(isKeptTensor)) throw damaged(folder);
    return { tensors, content: content.subarray(end + 1) };
  } catch {
    throw damaged(folder);
  }
}

function isKeptTensor(value: unknown): value is KeptTensor {
  const { name, step } = fieldsOf(value);
  return typeof name === 'string' && (step === null || Number.isFinite(step));
}

const damaged = (folder: string) =>
  new InputError(
    `${join(folder, DIFFERENCE_FILE)}: is not the difference of this model from this encoder; restore the file, or name the encoder that the training started from`,
  );

/** The encoder's tensor of a model's name, which may have a prefix such as "bert." before it. */
const startOf = (start: ReadonlyMap<string, Tensor>, name: string): Tensor | undefined =>
  start.get(name) ?? start.get(name.slice(name.indexOf('.') + 1));

function snapshotOf(network: Pick<Encoder, 'parameters' | 'dispose'>): Map<string, Tensor> {
  try {
    return network.parameters.snapshot();
  } finally {
    network.dispose();
  }
}
