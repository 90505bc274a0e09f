import type { Command } from 'commander';
import { sendWaitingRuns } from '../training';
import { examples } from './examples';
import { formatTable, notice, printResult } from './output';

export function registerTrack(program: Command): void {
  program
    .command('track')
    .description('send the records of tracked runs that were kept while their MLflow server was unavailable')
    .option('--json', 'print the runs as JSON')
    .addHelpText('after', examples('npx falconframes track'))
    .action(async (options: { json?: boolean }) => {
      const runs = await sendWaitingRuns({ notify: notice });
      printResult(runs, options, () =>
        runs.length === 0
          ? 'No runs are waiting to be sent.'
          : formatTable(
              ['run', 'server', 'sent'],
              runs.map(({ name, address, failure }) => [name, address, failure ? `no: ${failure}` : 'yes']),
            ),
      );
      if (runs.some(({ failure }) => failure)) process.exitCode = 1;
    });
}
