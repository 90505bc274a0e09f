import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import Bottleneck from 'bottleneck';
import pRetry, { AbortError } from 'p-retry';
import { InputError, projectRoot } from '../foundation';
import { bodyOf, createConnections, retryAfter } from './connection';
import { Pace, PUBLISHED_LIMITS, type RequestLimits } from './pace';
import { Empty, NotFound, Unobtainable } from './unobtainable';

export interface RequestOptions {
  /** Address of the service, without the part that names a request. */
  baseUrl: string;
  /** An address the service can write to when a harvest disturbs it; goes into the User-Agent. */
  contact?: string;
  /** Default `PUBLISHED_LIMITS`. */
  limits?: RequestLimits;
  /** How long the service may be silent before or within an answer; default 30 s. */
  timeoutMilliseconds?: number;
  /** How often a failed request is repeated; default 7. */
  retries?: number;
  /** The pause before the first repetition; each further one doubles, times a random number from 1 to 2. Default 0.5 s. */
  firstPauseMilliseconds?: number;
}

/** Asks for a path; `check` turns the body into the result, or throws `Unobtainable` for an answer that is not true. */
export type Ask = <T>(path: string, check: (body: string) => T) => Promise<T>;

/** At 2 s an answer, 8 requests a second are 16 under way; the rest is room for some that stall. */
const REQUESTS_AT_ONCE = 40;
/** So many have their connection and wait for their turn; more would wait so long that the service closes it. */
const READY_AT_ONCE = 4;
const LONGEST_PAUSE = 15_000;
/** A `Retry-After` of more than this ends the run: it can be taken up later. */
const LONGEST_WAIT = 10 * 60_000;
/** How often an empty answer is asked for before it is believed. */
const ASKED_WHEN_EMPTY = 3;
/** A service that never answered at all is given up after so many attempts. */
const ATTEMPTS_TO_REACH = 4;
const LONGEST_ANSWER = 5 * 60_000;

/**
 * A way to ask the service that keeps its limits, waits as it asks to, repeats what fails or lies, and gives up in words.
 *
 * What is asked for rejects with `Unobtainable` when all repetitions failed (`Empty` and `NotFound` are kinds of it);
 * with `InputError`, at once and for good, when the service cannot be reached at all or wants a pause of more than ten
 * minutes.
 */
export function createAsk({
  baseUrl,
  contact,
  limits = PUBLISHED_LIMITS,
  timeoutMilliseconds = 30_000,
  retries = 7,
  firstPauseMilliseconds = 500,
}: RequestOptions): { ask: Ask; stop(reason: Error): void } {
  const root = checkedAddress(baseUrl);
  const headers = { 'User-Agent': userAgent(contact), Accept: '*/*', 'Accept-Encoding': 'gzip' };
  const pace = new Pace(limits);
  const underWay = new Bottleneck({ maxConcurrent: REQUESTS_AT_ONCE });
  const nextInTurn = new Bottleneck({ maxConcurrent: READY_AT_ONCE });
  const connections = createConnections(REQUESTS_AT_ONCE);
  const end = new AbortController();
  setMaxListeners(0, end.signal); // one for each repetition that waits
  const open = new Set<AbortController>();
  let reached = false;

  /** Ends everything that is asked, now and later. */
  const stop = (reason: Error) => {
    end.abort(reason);
    for (const one of open) one.abort(reason);
    connections.close();
  };

  const request = async <T>(path: string, check: (body: string) => T): Promise<T> => {
    end.signal.throwIfAborted();
    const attempt = new AbortController();
    open.add(attempt);
    const giveUp = () => attempt.abort(new Unobtainable('the service did not answer in time'));
    let silence = setTimeout(giveUp, timeoutMilliseconds);
    let whole: NodeJS.Timeout | undefined;
    try {
      const ready = () => connections.ready(new URL(root + path), headers, attempt.signal);
      // The connection first, the turn then: setting one up takes times that differ, and would bunch requests.
      const inTurn = await nextInTurn.schedule(async () => {
        const early = await ready();
        clearTimeout(silence);
        await pace.turn(end.signal);
        silence = setTimeout(giveUp, timeoutMilliseconds);
        whole = setTimeout(giveUp, Math.max(LONGEST_ANSWER, timeoutMilliseconds));
        const sent = early.isBroken ? ready().then((late) => late.send()) : early.send();
        const answer = sent.finally(() => pace.answered());
        answer.catch(() => undefined); // told below, where it is awaited
        return { answer };
      });
      const response = await inTurn.answer;
      reached = true;
      const { statusCode: status = 0 } = response;
      if (status >= 200 && status < 300) return check(await bodyOf(response, () => silence.refresh()));
      response.destroy();
      throw refusal(response, status);
    } catch (error) {
      throw attempt.signal.aborted ? attempt.signal.reason : inWords(error);
    } finally {
      clearTimeout(silence);
      clearTimeout(whole);
      open.delete(attempt);
    }
  };

  /** What a status other than success means, after the pause that the service asks for has been noted. */
  const refusal = (response: IncomingMessage, status: number): Error => {
    const wait = retryAfter(response);
    if (wait <= LONGEST_WAIT) pace.pause(wait);
    else {
      const minutes = Math.ceil(wait / 60_000);
      stop(new InputError(`${root} asks for a pause of ${minutes} minutes; run the same command again then`));
    }
    if (status === 404) return new AbortError(new NotFound('the service says that it is not there (404)'));
    if (status === 400 || status === 410)
      return new AbortError(new Unobtainable(`the service refuses the request (status ${status})`));
    const place = status >= 300 && status < 400 ? response.headers.location : undefined;
    return new Unobtainable(
      place ? `the service points elsewhere, to ${place}` : `the service answered with status ${status}`,
    );
  };

  const ask: Ask = async (path, check) => {
    let empty = 0;
    try {
      return await pRetry(() => underWay.schedule(() => request(path, check)), {
        retries,
        minTimeout: firstPauseMilliseconds,
        maxTimeout: LONGEST_PAUSE,
        randomize: true,
        signal: end.signal,
        shouldRetry: ({ error, attemptNumber }) =>
          error instanceof Empty
            ? ++empty < ASKED_WHEN_EMPTY
            : error instanceof Unobtainable && (reached || attemptNumber < ATTEMPTS_TO_REACH),
      });
    } catch (error) {
      if (!reached && error instanceof Unobtainable)
        stop(
          new InputError(
            `${root} cannot be reached: ${error.message}; check the network and the address, then run the command again`,
          ),
        );
      throw end.signal.aborted ? end.signal.reason : error;
    }
  };
  return { ask, stop };
}

function checkedAddress(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InputError(`"${baseUrl}" is no address of a service; write one such as https://host/europepmc`);
  return baseUrl.replace(/(?<!\/)\/+$/, '');
}

function userAgent(contact?: string): string {
  const { name, version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  if (contact !== undefined && !/^[\x21-\x7e][\x20-\x7e]*$/.test(contact))
    throw new InputError(
      `The contact "${contact}" cannot be sent along; write a mail or web address in plain letters`,
    );
  return `${name}/${version} (collects articles and annotations from Europe PMC${contact ? `; contact ${contact}` : ''})`;
}

/** Errors of the connection, which have a code, as `Unobtainable`; every other one as it is. */
function inWords(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? new Unobtainable(`the connection failed (${code})`) : error;
}
