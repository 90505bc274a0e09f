import { AbortError } from 'p-retry';
import { isJsonObject, parseJson, textOf } from '../../foundation';
import type { Authorization } from './credentials';

/** Time limits of requests, and their authorization. */
export interface Patience {
  /** How long it may be silent; default 10 s. An upload has a second more for each megabyte. */
  timeoutMilliseconds?: number;
  /** Before what failed is first sent again; pauses double from time to time. Default 1 s. */
  pauseMilliseconds?: number;
  authorization?: Authorization;
}

export const DEFAULT_TIMEOUT = 10_000;
/** Bytes. Answers are about a run or an experiment. */
const LARGEST_ANSWER = 4 * 2 ** 20;
/** Characters of the server's error message. */
const LONGEST_MESSAGE = 300;

/** The server refused, or gave no answer that can be used. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  constructor(
    message: string,
    /** The HTTP status; 0 where the connection failed, the time was up, or the answer was not MLflow's. */
    readonly status: number,
    /** MLflow's own word for what is wrong. */
    readonly code?: string,
  ) {
    super(message);
  }

  /** Whether the content is at fault: sent again, it would be refused again. */
  get isRefusal(): boolean {
    return this.status === 400 || this.status === 413;
  }
}

/** A JSON object whose fields are not known yet. */
export type Fields = Record<string, unknown>;

/** @throws ServerError, and nothing else */
export async function ask(
  address: string,
  request: RequestInit,
  { timeoutMilliseconds = DEFAULT_TIMEOUT, authorization }: Patience,
): Promise<Fields> {
  const silence = silenceLimit(timeoutMilliseconds);
  let response: Response;
  let body: string;
  try {
    const headers = { ...request.headers, ...(authorization && { Authorization: authorization }) };
    // Redirects are not followed: data and password are for this server only.
    response = await fetch(address, { ...request, headers, signal: silence.signal, redirect: 'manual' });
    body = await textOf(response, LARGEST_ANSWER, 'its answer');
  } catch (error) {
    if (error instanceof AbortError) throw new ServerError('its answer is too large', 0);
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    const reason = cause?.code ?? 'the connection was lost';
    throw new ServerError(silence.signal.aborted ? 'it did not answer in time' : reason, 0);
  } finally {
    silence.end();
  }
  // An upload is answered with nothing, everything else with an object.
  const answer = body === '' ? {} : parseObject(body);
  if (response.status >= 300 && response.status < 400)
    throw new ServerError('it redirects to another address; give that one', response.status);
  if (!response.ok) {
    const { message, error_code }: Fields = answer ?? {};
    const what =
      typeof message === 'string'
        ? message.slice(0, LONGEST_MESSAGE)
        : `it answered with status ${response.status}`;
    throw new ServerError(what, response.status, typeof error_code === 'string' ? error_code : undefined);
  }
  return fieldsOf(answer);
}

/** The object itself. @throws ServerError where it is none: who answered is no MLflow server */
export function fieldsOf(value: unknown): Fields {
  if (!isJsonObject(value)) throw notMlflow();
  return value;
}

/** A name that the server made, such as a run's id. @throws ServerError if it is not a valid name */
export function nameOf(value: unknown): string {
  const name = typeof value === 'number' ? String(value) : value;
  if (typeof name !== 'string' || !/^[\w.-]{1,256}$/.test(name)) throw notMlflow();
  return name;
}

const notMlflow = () => new ServerError('its answer is not that of an MLflow server', 0);

function parseObject(body: string): Fields | undefined {
  try {
    return fieldsOf(parseJson(body));
  } catch {
    return undefined;
  }
}

/**
 * Fires when the event loop has come round ten times, each at least a tenth of the time after the last. Training holds the loop
 * for the length of a step: by the clock alone, answers that have long arrived would count as late.
 */
function silenceLimit(milliseconds: number): { signal: AbortSignal; end(): void } {
  const limit = new AbortController();
  let rounds = 0;
  const timer = setInterval(() => {
    if (++rounds === 10) limit.abort();
  }, milliseconds / 10);
  return { signal: limit.signal, end: () => clearInterval(timer) };
}
