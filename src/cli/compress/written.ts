import { statSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutputFile, checkOutputFolder } from '../../foundation';
import { COMPANIONS, onnxPath } from '../../onnx';
import { filesOf } from '../inputs';
import { printResult } from '../output';

/** What every command that writes one file says: its path and size. */
export function printWritten(path: string, options: { json?: boolean }): void {
  const megabytes = statSync(path).size / 1e6;
  printResult({ path, megabytes }, options, () => `${path} (${megabytes.toFixed(1)} MB)`);
}

/**
 * Refuses, before any work is done, a folder where an ONNX file or what is needed to run it could not be written, or would replace
 * an input. Those of the model itself are inputs where it is written elsewhere.
 */
export function checkModelOutput(model: string, out: string, others: readonly string[] = []): void {
  checkOutputFolder(out);
  const isInPlace = isSameFolder(model, out);
  const inputs = isInPlace ? others : [...filesOf(model), ...others];
  const names = isInPlace ? [] : COMPANIONS.map((name) => join(out, name));
  for (const path of [...names, ...[true, false].map((quantized) => onnxPath(out, { quantized }))])
    checkOutputFile(path, inputs);
}

function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}
