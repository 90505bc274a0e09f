import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, projectRoot } from '../foundation';
import { onnxPath } from '../onnx';

/** The small model that comes with the package, wherever that is installed. */
export const DEFAULT_MODEL = join(projectRoot, 'models', 'falconframes-small');

/** The folder of the model that comes with the package; throws InputError in a copy without it. */
export function defaultModelFolder(folder = DEFAULT_MODEL): string {
  if (!existsSync(onnxPath(folder, { quantized: true }))) {
    throw new InputError(
      `${folder}: this copy of the package came without its model; name another model folder with --model`,
    );
  }
  return folder;
}
