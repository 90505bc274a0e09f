import { isIP } from 'node:net';
import type { Redis } from 'ioredis';
import { InputError, withoutCredentials } from '../../foundation';

/** A Redis server, and what to show of it. */
export interface Server {
  options: {
    host: string;
    port: number;
    /** Number of the database. */
    db: number;
    username?: string;
    password?: string;
    tls?: { servername?: string };
    maxRetriesPerRequest: null;
    /** Milliseconds. */
    connectTimeout: number;
    retryStrategy(attempt: number): number;
  };
  /** Address without user name and password. */
  name: string;
}

/** Milliseconds. */
const FIRST_ATTEMPT = 5_000;
const LONGEST_PAUSE = 5_000;

/**
 * Reads an address such as `redis://host:6379/1`, or `rediss://` for TLS. User name and password may instead come from the
 * environment, FALCONFRAMES_QUEUE_USERNAME and FALCONFRAMES_QUEUE_PASSWORD, where other users of the machine cannot see them.
 *
 * @throws InputError, without the password, for anything else
 */
export function readAddress(address: string, environment = process.env): Server {
  const name = withoutCredentials(address);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '')
    throw new InputError(
      `${name}: is not the address of a queue; give one such as redis://127.0.0.1:6379, or rediss://… for TLS`,
    );
  const database = url.pathname.replace(/^\//, '');
  if (!/^\d{0,4}$/.test(database))
    throw new InputError(`${name}: ends in "${database}"; give the number of a database, such as /1`);
  const { FALCONFRAMES_QUEUE_USERNAME, FALCONFRAMES_QUEUE_PASSWORD } = environment;
  const username = decodeURIComponent(url.username) || FALCONFRAMES_QUEUE_USERNAME;
  const password = decodeURIComponent(url.password) || FALCONFRAMES_QUEUE_PASSWORD;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    name,
    options: {
      host,
      port: Number(url.port || 6379),
      db: Number(database),
      ...(username && { username }),
      ...(password && { password }),
      ...(url.protocol === 'rediss:' && { tls: isIP(host) ? {} : { servername: host } }),
      // A command waits while the server is away.
      maxRetriesPerRequest: null,
      connectTimeout: FIRST_ATTEMPT,
      retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE),
    },
  };
}

/**
 * Connects to a server, and checks that it answers and keeps what it is given.
 *
 * @param patience milliseconds to wait for a server that does not answer yet
 * @throws InputError
 */
export async function connect({ options, name }: Server, patience = 0): Promise<Redis> {
  const { Redis } = require('ioredis') as typeof import('ioredis');
  const giveUp = performance.now() + patience;
  for (;;) {
    const probe = new Redis({ ...options, lazyConnect: true, retryStrategy: () => null });
    let failure: Error | undefined;
    probe.on('error', (error) => {
      failure ??= error;
    });
    const tooLate = AbortSignal.timeout(FIRST_ATTEMPT);
    tooLate.addEventListener('abort', () => probe.disconnect());
    try {
      await probe.connect();
      const [, policy] = (await probe.config('GET', 'maxmemory-policy').catch(() => [])) as string[];
      if (policy && policy !== 'noeviction')
        throw new InputError(
          `${name}: discards entries when its memory is full (${policy}); start it with --maxmemory-policy noeviction`,
        );
      return new Redis(options).on('error', () => {});
    } catch (error) {
      if (error instanceof InputError) throw error;
      const { message, code } = (failure ?? error) as NodeJS.ErrnoException;
      const isRefusal = /^(NOAUTH|WRONGPASS|NOPERM|ERR)/.test(message);
      if (isRefusal || performance.now() >= giveUp) throw unreachable(name, code ?? message);
      await new Promise((resolve) => setTimeout(resolve, 500));
    } finally {
      probe.disconnect();
    }
  }
}

/** Returns a client, and what ends it and all copies that BullMQ makes of it, whether the server answers or not. */
export function ownClient(client: Redis): { client: Redis; end(): void } {
  const all = [client];
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const copy = duplicate(override);
    copy.on('error', () => {}); // the client reports the same
    all.push(copy);
    return copy;
  };
  return {
    client,
    end() {
      for (const one of all) one.disconnect();
    },
  };
}

/** Waits for work, but no longer than this many milliseconds. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}

function unreachable(name: string, reason: string): InputError {
  const mend = /NOAUTH|WRONGPASS/.test(reason)
    ? 'set FALCONFRAMES_QUEUE_PASSWORD, and FALCONFRAMES_QUEUE_USERNAME if it has users'
    : 'check the address, and that the server runs';
  return new InputError(`${name}: cannot be reached (${reason}); ${mend}`);
}

/** Returns a listener for errors that reports an outage once, and its end. */
export function reportOutages(name: string, notify: (message: string) => void) {
  let isAway = false;
  return {
    failed(error: Error): void {
      const { code, message } = error as NodeJS.ErrnoException;
      const isOutage = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH)/.test(code ?? '');
      if (!isOutage && !/Connection is closed|LOADING|Command timed out/.test(message)) return;
      if (!isAway) notify(`${name}: does not answer (${code ?? message}); waiting until it does`);
      isAway = true;
    },
    answered(): void {
      if (isAway) notify(`${name}: answers again`);
      isAway = false;
    },
  };
}
