import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { exportToOnnx } from '../compression';
import { registerDistil } from './compress/distil';
import { registerPrune } from './compress/prune';
import { registerQuantize } from './compress/quantize';
import { registerSparsify } from './compress/sparsify';
import { registerTrim } from './compress/trim';
import { printResult } from './output';

export function registerCompress(program: Command): void {
  const compress = program
    .command('compress')
    .description(
      'make a trained model smaller and faster, one step at a time: model folder in, model folder out',
    );
  compress
    .command('export')
    .description('write the weights (model.safetensors) as onnx/model.onnx, 32-bit floats')
    .requiredOption('--model <folder>', 'model folder')
    .option('--out <folder>', 'write there, with what is needed to run it, and not into the model folder')
    .option('--json', 'path and size as JSON')
    .action((options: { model: string; out?: string; json?: boolean }) => {
      const path = exportToOnnx(options.model, options.out);
      const megabytes = statSync(path).size / 1e6;
      printResult({ path, megabytes }, options, () => `${path} (${megabytes.toFixed(1)} MB)`);
    });
  registerQuantize(compress);
  registerDistil(compress);
  registerTrim(compress);
  registerPrune(compress);
  registerSparsify(compress);
}
