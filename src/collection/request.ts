import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type Bottleneck from 'bottleneck';
import pRetry from 'p-retry';
import { InputError, withoutCredentials } from '../foundation';
import { checkedAddress, userAgent } from './address';
import { bodyOf, createConnections, type ReadyRequest, retryAfter } from './connection';
import { Pace, PUBLISHED_LIMITS, type RequestLimits } from './pace';
import { LEAST_PROGRESS, Patience, type Progress } from './patience';
import { NotFound, TooMany, Unobtainable } from './unobtainable';

export interface RequestOptions {
  /** Base address of the service. */
  baseUrl: string;
  /** An address the service can write to when a harvest disturbs it; goes into the User-Agent. */
  contact?: string;
  /** Default `PUBLISHED_LIMITS`. */
  limits?: RequestLimits;
  /** Maximum silence before or within a response; default 30 s. */
  timeoutMilliseconds?: number;
  /** The minimum rate of a response; default `LEAST_PROGRESS`. */
  leastProgress?: Progress;
  /** Number of retries of a failed request; default 7. */
  retries?: number;
  /** The pause before the first retry; doubles for each further one, times a random number from 1 to 2. Default 0.5 s. */
  firstPauseMilliseconds?: number;
}

/** Requests a path; `check` turns the body into the result, or throws `Unobtainable` for an invalid response. */
export type Ask = <T>(path: string, check: (body: string) => T) => Promise<T>;

/** At 2 s per response, 8 requests per second mean 16 at a time; the rest is for requests that stall. */
const REQUESTS_AT_ONCE = 40;
/** Requests that have a connection and wait for their turn; with more, the service would close connections that wait too long. */
const READY_AT_ONCE = 4;
const LONGEST_PAUSE = 15_000;
/** A longer `Retry-After`, or several that add up to more without a correct answer between them, ends the run; it can be resumed. */
const LONGEST_WAIT = 10 * 60_000;
/** Number of attempts if responses are empty, too slow or invalid, or if none has been valid before. */
const ASKED_WHEN_DOUBTFUL = 3;
/** Attempts to reach a service that has never answered. */
const ATTEMPTS_TO_REACH = 4;
/** Number of responses larger than 2 MB that are read at a time. */
const LARGE_AT_ONCE = 4;

/**
 * Sends requests within the service's limits, respects its requests to wait, and retries failed requests.
 *
 * A request rejects with `Unobtainable` if all retries failed (`Empty` and `NotFound` are kinds of it). All requests reject
 * immediately with `InputError` if the service cannot be reached or asks for a pause of more than ten minutes. A response must
 * begin within `timeoutMilliseconds`, deliver 4 kB every 30 s, be complete after five minutes and have at most 32 MB.
 */
export function createAsk({
  baseUrl,
  contact,
  limits = PUBLISHED_LIMITS,
  timeoutMilliseconds = 30_000,
  leastProgress = LEAST_PROGRESS,
  retries = 7,
  firstPauseMilliseconds = 500,
}: RequestOptions): { ask: Ask; stop(reason: Error): void } {
  const root = checkedAddress(baseUrl);
  const shown = withoutCredentials(root);
  const headers = { 'User-Agent': userAgent(contact), Accept: '*/*', 'Accept-Encoding': 'gzip' };
  const pace = new Pace(limits);
  // Loaded on first use: most commands use no service.
  const Limiter = require('bottleneck') as typeof Bottleneck;
  const underWay = new Limiter({ maxConcurrent: REQUESTS_AT_ONCE });
  const nextInTurn = new Limiter({ maxConcurrent: READY_AT_ONCE });
  const large = new Limiter({ maxConcurrent: LARGE_AT_ONCE });
  const connections = createConnections(REQUESTS_AT_ONCE);
  const end = new AbortController();
  setMaxListeners(0, end.signal); // one for each retry that waits
  const open = new Set<AbortController>();
  let reached = false;
  /** Kinds of requests that the service has answered correctly. */
  const trusted = new Set<string>();
  /** When the service first asked for a pause since its last correct answer. */
  let pausedSince: number | undefined;

  /** Aborts all present and future requests. */
  const stop = (reason: Error) => {
    end.abort(reason);
    for (const one of open) one.abort(reason);
    connections.close();
  };

  const request = async <T>(path: string, check: (body: string) => T): Promise<T> => {
    end.signal.throwIfAborted();
    const attempt = new AbortController();
    open.add(attempt);
    let sending: ReadyRequest | undefined;
    const patience = new Patience(timeoutMilliseconds, leastProgress, (why) => {
      const hasBegun = (sending?.received ?? 0) > 0;
      attempt.abort(
        why === 'slow'
          ? new Unobtainable('the service answers too slowly', 'thrice when trusted')
          : new Unobtainable(
              'the service did not answer in time',
              hasBegun ? 'thrice when trusted' : 'always',
            ),
      );
    });
    try {
      const ready = () => connections.ready(new URL(root + path), headers, attempt.signal);
      // Connect before waiting for the turn: connection times vary and would bunch requests.
      const inTurn = await nextInTurn.schedule(async () => {
        patience.expect();
        sending = await ready();
        patience.pause();
        await pace.turn(end.signal);
        patience.expect();
        if (sending.isBroken) sending = await ready();
        const answer = sending.send().finally(() => pace.answered());
        answer.catch(() => undefined); // reported below, where it is awaited
        return { answer };
      });
      const response = await inTurn.answer;
      reached = true;
      const { statusCode: status = 0 } = response;
      if (status < 200 || status >= 300) {
        response.destroy();
        throw refusal(response, status);
      }
      patience.expect();
      const result = check(await bodyOf(response, patience, large));
      trusted.add(kindOf(path));
      pausedSince = undefined;
      return result;
    } catch (error) {
      throw attempt.signal.aborted ? attempt.signal.reason : inWords(error);
    } finally {
      patience.pause();
      open.delete(attempt);
    }
  };

  /** Returns the error for an unsuccessful status; records the pause that the service asks for. */
  const refusal = (response: IncomingMessage, status: number): Error => {
    const wait = retryAfter(response);
    const now = performance.now();
    if (wait > 0) pausedSince ??= now;
    if (now + wait - (pausedSince ?? now) <= LONGEST_WAIT) pace.pause(wait);
    else
      stop(
        new InputError(
          `${shown} asks for a pause of ${inMinutes(wait)}; run the same command again afterwards`,
        ),
      );
    if (status === 404) return new NotFound('the service does not have it (404)');
    if (status === 400 || status === 410)
      return new Unobtainable(`the service refuses the request (status ${status})`, 'never');
    if (status === 429) return new TooMany();
    const place = status >= 300 && status < 400 ? response.headers.location : undefined;
    return place
      ? new Unobtainable(`the service redirects to ${place}`, 'thrice')
      : new Unobtainable(`the service answered with status ${status}`);
  };

  const ask: Ask = async (path, check) => {
    let doubtful = 0;
    const isRepeated = (error: Unobtainable, attempts: number): boolean => {
      if (!reached && attempts >= ATTEMPTS_TO_REACH) return false;
      switch (error.repeated) {
        case 'always':
          return true;
        case 'when trusted':
          return attempts < ASKED_WHEN_DOUBTFUL || trusted.has(kindOf(path));
        case 'thrice':
          return ++doubtful < ASKED_WHEN_DOUBTFUL;
        case 'thrice when trusted':
          return ++doubtful < ASKED_WHEN_DOUBTFUL && trusted.has(kindOf(path));
        case 'never':
          return false;
      }
    };
    try {
      return await pRetry(() => underWay.schedule(() => request(path, check)), {
        retries,
        minTimeout: firstPauseMilliseconds,
        maxTimeout: LONGEST_PAUSE,
        randomize: true,
        signal: end.signal,
        shouldRetry: ({ error, attemptNumber }) =>
          error instanceof Unobtainable && isRepeated(error, attemptNumber),
      });
    } catch (error) {
      if (!reached && error instanceof Unobtainable)
        stop(
          new InputError(
            `${shown} cannot be reached: ${error.message}; check the network and the address, then run the command again`,
          ),
        );
      throw end.signal.aborted ? end.signal.reason : error;
    }
  };
  return { ask, stop };
}

/** Returns the kind of a request: `fullTextXML`, `search`. */
function kindOf(path: string): string {
  return path.split('?')[0].split('/').at(-1)!;
}

function inMinutes(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  return minutes <= 24 * 60 ? `${minutes} minutes` : 'more than a day';
}

/** Errors of the connection, which have a code, as `Unobtainable`; every other one as it is. */
function inWords(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error;
  // HPE_…: the response is not HTTP; Z_…: it is not compressed as declared.
  const repeated = code.startsWith('HPE_') ? 'thrice' : code.startsWith('Z_') ? 'when trusted' : 'always';
  return new Unobtainable(`the connection failed (${code})`, repeated);
}
