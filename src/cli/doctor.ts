import type { Command } from 'commander';
import { describeMachine, examineMachine } from '../literature';
import { examples } from './examples';
import { formatTable, printResult } from './output';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check this machine: Node, TensorFlow, GPU, speed test, kernel, encoders, data sources')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', examples('npx falconframes doctor'))
    .action((options: { json?: boolean }) => {
      const findings = examineMachine();
      printResult(findings, options, () => formatTable(['what', 'found'], describeMachine(findings)));
    });
}
