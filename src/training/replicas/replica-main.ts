// A replica in a process of its own: node replica-main.js FOLDER, with a channel to the process that trains.
import { rmSync } from 'node:fs';
import { answerParent } from '../../foundation';
import type { Answer, Commands, Request } from './messages';
import { Replica } from './replica';

const [folder] = process.argv.slice(2);
const replica = new Replica(folder);

answerParent(
  ({ name, argument }: Request) => {
    const act = replica[name].bind(replica) as (argument: unknown) => Answer<keyof Commands>;
    return act(argument);
  },
  {
    // Signals reach every process of a terminal or a container; when to end, the one that trains decides.
    ignored: ['SIGINT', 'SIGTERM', 'SIGHUP'],
    abandoned: () => rmSync(folder, { recursive: true, force: true }),
  },
);
