import type { Command } from 'commander';
import { sendWaitingRuns } from '../training';
import { formatTable, notice, printResult } from './output';

export function registerTrack(program: Command): void {
  program
    .command('track')
    .description('send what tracked runs could not send while their MLflow server was away')
    .option('--json', 'the runs as JSON')
    .action(async (options: { json?: boolean }) => {
      const runs = await sendWaitingRuns({ notify: notice });
      printResult(runs, options, () =>
        runs.length === 0
          ? 'No run waits to be sent.'
          : formatTable(
              ['run', 'server', 'sent'],
              runs.map(({ name, address, failure }) => [name, address, failure ? `no: ${failure}` : 'yes']),
            ),
      );
      if (runs.some(({ failure }) => failure)) process.exitCode = 1;
    });
}
