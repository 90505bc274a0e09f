import { statSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutputFile, checkOutputFolder } from '../../foundation';
import { refuseModelIn } from '../../nn';
import { COMPANIONS, onnxPath } from '../../onnx';
import { filesOf } from '../inputs';
import { printResult } from '../output';

/** Prints the path and size of the file that a command wrote. */
export function printWritten(path: string, options: { json?: boolean }): void {
  const megabytes = statSync(path).size / 1e6;
  printResult({ path, megabytes }, options, () => `${path} (${megabytes.toFixed(1)} MB)`);
}

/**
 * Rejects, before any work, an output folder where an ONNX file or the files needed to run it could not be written, or would replace
 * an input. If the output is another folder, the files of the model are inputs, and it may not have weights of its own.
 */
export function checkModelOutput(model: string, out: string, others: readonly string[] = []): void {
  checkOutputFolder(out);
  const isInPlace = isSameFolder(model, out);
  const inputs = isInPlace ? others : [...filesOf(model), ...others];
  const names = isInPlace ? [] : COMPANIONS.map((name) => join(out, name));
  for (const path of [...names, ...[true, false].map((quantized) => onnxPath(out, { quantized }))])
    checkOutputFile(path, inputs);
  if (!isInPlace) refuseModelIn(out);
}

function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}
