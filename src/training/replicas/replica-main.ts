// A replica in a separate process: node replica-main.js FOLDER, with a channel to the training process.
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
    // Signals are sent to every process of a terminal or container; the training process decides when to end.
    ignored: ['SIGINT', 'SIGTERM', 'SIGHUP'],
    abandoned: () => rmSync(folder, { recursive: true, force: true }),
  },
);
