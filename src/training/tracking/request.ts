/** How patiently a server is asked. */
export interface Patience {
  /** How long it may be silent; default 10 s. An upload has a second more for each megabyte. */
  timeoutMilliseconds?: number;
  /** Before what failed is first sent again; pauses double from time to time. Default 1 s. */
  pauseMilliseconds?: number;
}

export const DEFAULT_TIMEOUT = 10_000;

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
  { timeoutMilliseconds = DEFAULT_TIMEOUT }: Patience,
): Promise<Fields> {
  const silence = silenceLimit(timeoutMilliseconds);
  let response: Response;
  let body: string;
  try {
    response = await fetch(address, { ...request, signal: silence.signal });
    body = await response.text();
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    const reason = cause?.code ?? 'the connection was lost';
    throw new ServerError(silence.signal.aborted ? 'it did not answer in time' : reason, 0);
  } finally {
    silence.end();
  }
  // An upload is answered with nothing, everything else with an object.
  const answer = body === '' ? {} : parseObject(body);
  if (!response.ok) {
    const { message, error_code }: Fields = answer ?? {};
    const what = typeof message === 'string' ? message : `it answered with status ${response.status}`;
    throw new ServerError(what, response.status, typeof error_code === 'string' ? error_code : undefined);
  }
  return fieldsOf(answer);
}

/** The object itself. @throws ServerError where it is none: who answered is no MLflow server */
export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null)
    throw new ServerError('its answer is not that of an MLflow server', 0);
  return value as Fields;
}

function parseObject(body: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(body));
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
