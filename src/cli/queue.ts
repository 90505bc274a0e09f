import type { Command } from 'commander';
import { registerDrain, registerRetry, registerStatus } from './queue/administration';
import { registerDashboard } from './queue/dashboard';
import { registerMerge } from './queue/merge';
import { registerWork } from './queue/work';

export function registerQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description(
      'annotate a corpus on many machines: `annotate --queue` shares the work, these commands do the rest',
    );
  registerWork(queue);
  registerStatus(queue);
  registerRetry(queue);
  registerDrain(queue);
  registerMerge(queue);
  registerDashboard(queue);
}
