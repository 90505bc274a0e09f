import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { exportToOnnx, fuseFolder } from '../compression';
import { registerDistil } from './compress/distil';
import { registerPrune } from './compress/prune';
import { registerQuantize } from './compress/quantize';
import { registerSparsify } from './compress/sparsify';
import { registerThreshold } from './compress/threshold';
import { registerTrim } from './compress/trim';
import { printResult } from './output';

/** Each writes `onnx/model.onnx` of a model folder and answers its path. */
const GRAPH_STEPS = [
  {
    name: 'export',
    description: 'write the weights (model.safetensors) as onnx/model.onnx, 32-bit floats',
    run: exportToOnnx,
  },
  {
    name: 'fuse',
    description:
      "write onnx/model.onnx with ONNX Runtime's own attention: the same logits, sooner; quantize afterwards",
    run: fuseFolder,
  },
];

export function registerCompress(program: Command): void {
  const compress = program
    .command('compress')
    .description(
      'make a trained model smaller and faster, one step at a time: model folder in, model folder out',
    );
  for (const { name, description, run } of GRAPH_STEPS) {
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
  registerQuantize(compress);
  registerDistil(compress);
  registerTrim(compress);
  registerPrune(compress);
  registerSparsify(compress);
  registerThreshold(compress);
}
