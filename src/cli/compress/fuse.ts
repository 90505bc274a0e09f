import { type Command, Option } from 'commander';
import { DEFAULT_FUSED_OPERATORS, FUSED_OPERATORS, fuseFolder } from '../../onnx';
import { checkModelOutput, printWritten } from './written';

interface Options {
  model: string;
  out?: string;
  operators: readonly string[];
  json?: boolean;
}

export function registerFuse(compress: Command): void {
  compress
    .command('fuse')
    .description(
      "write onnx/model.onnx with ONNX Runtime's own operators: the same logits, sooner; quantize afterwards",
    )
    .requiredOption('--model <folder>', 'model folder')
    .option('--out <folder>', 'write there, with what is needed to run it, and not into the model folder')
    .addOption(
      new Option(
        '--operators <names>',
        `what to fuse, with commas between: ${FUSED_OPERATORS.join(', ')} (layer-norm makes it slower on processors)`,
      )
        .argParser((names) => names.split(',').map((name) => name.trim()))
        .default(DEFAULT_FUSED_OPERATORS, DEFAULT_FUSED_OPERATORS.join(',')),
    )
    .option('--json', 'path and size as JSON')
    .action(({ model, out = model, operators, json }: Options) => {
      checkModelOutput(model, out);
      printWritten(fuseFolder(model, out, { operators }), { json });
    });
}
