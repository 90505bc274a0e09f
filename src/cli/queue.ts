import type { Command } from 'commander';
import { registerMerge } from './queue/merge';
import { registerWork } from './queue/work';

export function registerQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description(
      'annotate a corpus on many machines: `annotate --queue` shares the work, these commands do the rest',
    );
  registerWork(queue);
  registerMerge(queue);
}
