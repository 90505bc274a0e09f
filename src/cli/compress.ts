import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { exportToOnnx, quantizeFolder } from '../compression';
import { registerDistil } from './compress/distil';
import { registerPrune } from './compress/prune';
import { registerSparsify } from './compress/sparsify';
import { registerTrim } from './compress/trim';
import { printResult } from './output';

interface Step {
  name: string;
  description: string;
  run: (folder: string, out?: string) => string;
}

/** Each takes a model folder and leaves one, and answers the path of the file it wrote. */
const STEPS: Step[] = [
  {
    name: 'export',
    description: 'write the weights (model.safetensors) as onnx/model.onnx, 32-bit floats',
    run: exportToOnnx,
  },
  {
    name: 'quantize',
    description: 'write onnx/model.onnx as onnx/model_quantized.onnx, 8-bit integers',
    run: quantizeFolder,
  },
];

export function registerCompress(program: Command): void {
  const compress = program
    .command('compress')
    .description(
      'make a trained model smaller and faster, one step at a time: model folder in, model folder out',
    );
  for (const { name, description, run } of STEPS) {
    compress
      .command(name)
      .description(description)
      .requiredOption('--model <folder>', 'model folder')
      .option('--out <folder>', 'write there, with what is needed to run it, and not into the model folder')
      .option('--json', 'path and size as JSON')
      .action((options: { model: string; out?: string; json?: boolean }) => {
        const path = run(options.model, options.out);
        const megabytes = statSync(path).size / 1e6;
        printResult({ path, megabytes }, options, () => `${path} (${megabytes.toFixed(1)} MB)`);
      });
  }
  registerDistil(compress);
  registerTrim(compress);
  registerPrune(compress);
  registerSparsify(compress);
}
