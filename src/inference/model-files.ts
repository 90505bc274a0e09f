import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfFile } from '../foundation';
import { hasWeights, weightFiles } from '../nn';
import { TOKENIZER_FILES } from '../tokenization';
import { onnxFileOf } from './onnx-file';

/** Returns the SHA-256 of each file that determines the model's output: weights, configuration, tokenizer. */
export function hashesOfModel(model: string, quantized?: boolean): string[] {
  const onnx = onnxFileOf(model, quantized);
  return [
    ...(existsSync(onnx) ? [onnx] : hasWeights(model) ? weightFiles(model) : []),
    join(model, 'config.json'),
    ...TOKENIZER_FILES.map((name) => join(model, name)),
  ]
    .filter((path) => existsSync(path))
    .map(sha256OfFile);
}
