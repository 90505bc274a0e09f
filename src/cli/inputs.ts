import { readdirSync, realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../foundation';

/** @throws InputError if two of the paths are the same file or folder, which would be counted twice */
export function checkDistinct(paths: readonly string[], option: string): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const place = placeOf(path);
    const other = seen.get(place);
    if (other !== undefined) {
      const and = other === path ? '' : ` (also as ${other})`;
      throw new InputError(`${path}: is given twice to ${option}${and}; name it once`);
    }
    seen.set(place, path);
  }
}

/** Returns the path with links resolved; unchanged if it does not exist or is a pipe. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** File names that belong to a model. Other files in its folder, such as earlier outputs, may be overwritten. */
const OF_A_MODEL =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|^(vocab|merges)\.txt$|\.index\.json$|\.(safetensors|onnx|onnx_data|bin|h5|msgpack|model|md)$/;

/** Lists the files of a model folder, ONNX files included; none if it cannot be read, which is reported when it is opened. */
export function filesOf(folder: string): string[] {
  return [folder, join(folder, 'onnx')].flatMap(entriesOf).filter((path) => OF_A_MODEL.test(basename(path)));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
