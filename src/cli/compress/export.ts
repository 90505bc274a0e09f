import type { Command } from 'commander';
import { exportToOnnx } from '../../onnx';
import { examples } from '../examples';
import { checkModelOutput, printWritten } from './written';

export function registerExport(compress: Command): void {
  compress
    .command('export')
    .description('write the weights as onnx/model.onnx, 32-bit floats')
    .requiredOption('--model <folder>', 'model folder')
    .option('--out <folder>', 'output folder, a runnable copy, instead of the model folder')
    .option('--json', 'print path and size as JSON')
    .addHelpText('after', examples('npx falconframes compress export --model runs/mine'))
    .action(({ model, out = model, json }: { model: string; out?: string; json?: boolean }) => {
      checkModelOutput(model, out);
      printWritten(exportToOnnx(model, out), { json });
    });
}
