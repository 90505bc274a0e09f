import { type Command, Option } from 'commander';
import { DEFAULT_FUSED_OPERATORS, FUSED_OPERATORS, fuseFolder } from '../../onnx';
import { examples } from '../examples';
import { checkModelOutput, printWritten } from './written';

interface Options {
  model: string;
  out?: string;
  operators?: readonly string[];
  json?: boolean;
}

export function registerFuse(compress: Command): void {
  compress
    .command('fuse')
    .description(
      "rewrite onnx/model.onnx with ONNX Runtime's fused operators: the same logits, faster; quantize afterwards",
    )
    .requiredOption('--model <folder>', 'model folder')
    .option('--out <folder>', 'output folder, a runnable copy, instead of the model folder')
    .addOption(
      new Option(
        '--operators <names>',
        `operators to fuse, comma-separated: ${FUSED_OPERATORS.join(', ')} (layer-norm is slower on CPUs; default: ${DEFAULT_FUSED_OPERATORS.join(',')}, except attention with a position bias)`,
      ).argParser((names) => names.split(',').map((name) => name.trim())),
    )
    .option('--json', 'print path and size as JSON')
    .addHelpText('after', examples('npx falconframes compress fuse --model runs/mine'))
    .action(({ model, out = model, operators, json }: Options) => {
      checkModelOutput(model, out);
      printWritten(fuseFolder(model, out, { operators }), { json });
    });
}
