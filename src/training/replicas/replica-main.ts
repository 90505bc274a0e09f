// A replica in a process of its own: node replica-main.js FOLDER, with a channel to the process that trains.
import { rmSync } from 'node:fs';
import { InputError } from '../../foundation';
import type { Answer, Commands, Reply, Request } from './messages';
import { Replica } from './replica';

const [folder] = process.argv.slice(2);
const replica = new Replica(folder);

async function answer({ name, argument }: Request): Promise<Reply> {
  try {
    const act = replica[name].bind(replica) as (argument: unknown) => Answer<keyof Commands>;
    return { kind: 'answer', value: await act(argument) };
  } catch (error) {
    const { message, stack } = error as Error;
    const input = error instanceof InputError;
    return { kind: 'failure', message: input ? message : (stack ?? message), input };
  }
}

// Signals reach every process of a terminal or a container; when to end, the one that trains decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
// It has ended, however that came about.
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
process.on('message', async (request: Request) => {
  const reply = await answer(request);
  // If it has ended meanwhile, 'disconnect' follows.
  if (process.connected) process.send!(reply, undefined, undefined, () => {});
});
