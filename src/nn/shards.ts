import { describeJson, InputError, readJsonObject } from '../foundation';

const LARGEST_INDEX = 10_000_000;
const MOST_FILES = 1000;

/**
 * Returns the names of the files that an index of weights (`model.safetensors.index.json`, `pytorch_model.bin.index.json`) maps
 * tensors to.
 *
 * @throws InputError for names that are not files of the same folder, in the index's own format
 */
export function readShardNames(index: string): string[] {
  const { weight_map: map } = readJsonObject(index, 'an index of weights', LARGEST_INDEX);
  const extension = index.endsWith('.bin.index.json') ? 'bin' : 'safetensors';
  const pattern = extension === 'bin' ? /^[\w.-]+\.bin$/ : /^[\w.-]+\.safetensors$/;
  const names = [...new Set(typeof map === 'object' && map !== null ? Object.values(map) : [])];
  if (names.length === 0 || names.length > MOST_FILES)
    throw new InputError(`${index}: names ${names.length} files of weights; fetch the file again`);
  return names.map((name) => {
    if (typeof name !== 'string' || !pattern.test(name))
      throw new InputError(
        `${index}: names ${describeJson(name)}; files of weights must be .${extension} files of the same folder`,
      );
    return name;
  });
}
