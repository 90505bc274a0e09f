import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, projectRoot } from '../foundation';
import { onnxPath } from '../onnx';

/** The small model included in the package, wherever that is installed. */
export const DEFAULT_MODEL = join(projectRoot, 'models', 'falconframes-small');

/** Returns the folder of the model included in the package; throws InputError if the copy lacks it. */
export function defaultModelFolder(folder = DEFAULT_MODEL): string {
  if (!existsSync(onnxPath(folder, { quantized: true }))) {
    throw new InputError(
      `${folder}: this copy of the package does not include its model; name a model folder with --model`,
    );
  }
  return folder;
}
