import { writePieces } from '../foundation';
import { PREFIX_BYTES, readSafetensorsHeader } from './safetensors-header';
import { isFloat, readStored, type Tensor, withFile } from './stored-tensor';

/**
 * Reads all float tensors (F64, F32, F16, BF16) of a safetensors file as 32-bit floats; others are skipped, since no layer uses
 * them.
 */
export function readSafetensors(path: string): Map<string, Tensor> {
  const stored = readSafetensorsHeader(path).filter(({ dtype }) => isFloat(dtype));
  return withFile(path, (file) => new Map(stored.map((one) => [one.name, readStored(file, one)])));
}

/**
 * Writes tensors as 32-bit floats, in the order of the map; the file is renamed when complete.
 *
 * @param outdated files made from the old weights, as for `OutputFile.finish`
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  outdated: readonly string[] = [],
): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let position = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [position, position + data.byteLength] };
    position += data.byteLength;
  }
  const json = JSON.stringify(header);
  // Padded with spaces so that the numbers begin at a multiple of eight bytes.
  const headerBytes = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  const numbers = [...tensors.values()].map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  writePieces(path, [prefix, headerBytes, ...numbers], { outdated });
}
