import { once } from 'node:events';
import type { Command } from 'commander';
import { readAddress, serveDashboard } from '../../inference';
import { notice } from '../output';
import { ADDRESS, port } from './options';

export function registerDashboard(queue: Command): void {
  queue
    .command('dashboard')
    .description(
      'serve a page with the jobs of a queue (Bull Board), and their numbers for Prometheus on /metrics',
    )
    .addOption(ADDRESS)
    .option('--port <number>', 'port to listen on', port, 3000)
    .option('--host <address>', 'address to listen on; whoever reaches it sees the jobs', '127.0.0.1')
    .addHelpText(
      'after',
      `
The page can be looked at and nothing else. It needs the packages @bull-board/api and @bull-board/express.

Example:
  npx falconframes queue dashboard --queue redis://127.0.0.1:6379`,
    )
    .action(async ({ queue: address, port, host }: { queue: string; port: number; host: string }) => {
      const dashboard = await serveDashboard(readAddress(address), { port, host, patience: 60_000 });
      notice(`${dashboard.url} shows the queue; Ctrl-C stops`);
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await dashboard.close();
    });
}
