import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { withLock, workFolder } from '../../foundation';
import { authorizationFor } from './credentials';
import { createDelivery, type Notify } from './delivery';
import type { Destination, RunStart } from './entries';
import { Journal } from './journal';
import type { Patience } from './request';

const PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** Attempts of the last delivery, when the run has ended. */
const REPETITIONS = 3;

export interface DeliveryOptions extends Patience {
  /** Folder of the journals; default `.falconframes/tracking` of the project. */
  spool?: string;
  /** Called with a sentence for everything that could not be sent. */
  notify?: Notify;
}

const defaultSpool = () => join(workFolder(), 'tracking');

/**
 * Records a run for a server. Entries are written to a journal immediately and sent to the server every second. An unresponsive
 * server delays only the end of the run, by about a minute; the journal is then kept.
 *
 * @throws InputError if the journal cannot be written
 */
export function serverDestination(
  start: RunStart,
  { spool = defaultSpool(), notify = () => {}, ...patience }: DeliveryOptions,
): Destination {
  const { address, name } = start;
  const tell = eachOnce(notify);
  const journal = Journal.open(spool, start, tell);
  const authorization = patience.authorization ?? authorizationFor(address);
  const deliver = createDelivery(journal, { ...patience, authorization }, tell);
  const withPassword = authorization ? ', with the password in MLFLOW_TRACKING_URI,' : '';
  const firstPause = patience.pauseMilliseconds ?? PAUSE;
  const ended = new AbortController();

  const deliverUntilEnd = async (): Promise<void> => {
    for (let pause = firstPause; !ended.signal.aborted; ) {
      try {
        await deliver();
        pause = firstPause;
      } catch (error) {
        const reason = (error as Error).message;
        tell(`${address} does not accept the tracked data (${reason}); it is kept meanwhile`);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
      await sleep(pause, undefined, { signal: ended.signal, ref: false }).catch(() => {});
    }
  };
  const background = deliverUntilEnd();

  return {
    record: (entry) => journal.add(entry),
    async close() {
      ended.abort();
      await background;
      try {
        await pRetry(deliver, { retries: REPETITIONS, minTimeout: firstPause });
        journal.remove();
      } catch (error) {
        journal.release();
        const reason = (error as Error).message;
        tell(
          `${address} did not accept all of the run "${name}" (${reason}); the rest is kept in ${journal.path}, and \`falconframes track\`${withPassword} sends it`,
        );
      }
    },
  };
}

/** A run that an earlier process could not send. */
export interface WaitingRun {
  name: string;
  address: string;
  /** Why it is still waiting; null if the server has received everything. */
  failure: string | null;
}

/** Sends the data left by ended runs. Passwords are taken from the environment (credentials.ts), since no journal contains them. */
export async function sendWaitingRuns({
  spool = defaultSpool(),
  notify = () => {},
  ...patience
}: DeliveryOptions = {}): Promise<WaitingRun[]> {
  // Two concurrent senders would write to journals that the other has removed.
  return existsSync(spool) ? withLock(spool, () => sendAll(spool, notify, patience)) : [];
}

async function sendAll(spool: string, notify: Notify, patience: Patience): Promise<WaitingRun[]> {
  const runs: WaitingRun[] = [];
  const waiting = Journal.waiting(spool, notify);
  // A child run can be sent once its parent is there.
  const inOrder = [
    ...waiting.filter(({ start }) => !start.parent),
    ...waiting.filter(({ start }) => start.parent),
  ];
  for (const journal of inOrder) {
    const { name, address } = journal.start;
    try {
      const authorization = authorizationFor(address);
      await createDelivery(journal, { authorization, ...patience }, eachOnce(notify))();
      journal.remove();
      runs.push({ name, address, failure: null });
    } catch (error) {
      runs.push({ name, address, failure: (error as Error).message });
    }
  }
  return runs;
}

/** Suppresses repetitions of a sentence, which would occur for every batch of a run. */
function eachOnce(notify: Notify): Notify {
  const said = new Set<string>();
  return (sentence) => {
    if (!said.has(sentence)) notify(sentence);
    said.add(sentence);
  };
}
