import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type Bottleneck from 'bottleneck';
import type { Patience } from './patience';
import { Unobtainable } from './unobtainable';

/** A request with an open connection, so that its bytes leave as soon as it is sent. */
export interface ReadyRequest {
  /** The connection was lost while the request waited to be sent. */
  readonly isBroken: boolean;
  /** Bytes received since it was sent, whether or not they are a valid response. */
  readonly received: number;
  /** Resolves when the response headers have arrived. */
  send(): Promise<IncomingMessage>;
}

/** Prepares requests to one service; connections are kept open and reused. */
export function createConnections(most: number): {
  ready(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<ReadyRequest>;
  close(): void;
} {
  const settings = { keepAlive: true, maxSockets: most };
  const plain = new HttpAgent(settings);
  const secure = new HttpsAgent(settings);
  return {
    ready: (url, headers, signal) =>
      new Promise((resolve, reject) => {
        const isSecure = url.protocol === 'https:';
        const request = isSecure
          ? httpsRequest(url, { agent: secure, headers, signal })
          : httpRequest(url, { agent: plain, headers, signal });
        let isBroken = false;
        let before = 0;
        const bytesRead = () => request.socket?.bytesRead ?? before;
        const answer = new Promise<IncomingMessage>((answered, failed) => {
          request.once('response', answered);
          request.on('error', (error) => {
            isBroken = true;
            reject(error);
            failed(error);
          });
        });
        answer.catch(() => undefined); // reported by `send`, or by `isBroken` if that is never called
        const send = () => {
          before = bytesRead();
          request.end();
          return answer;
        };
        const ready: ReadyRequest = {
          get isBroken() {
            return isBroken;
          },
          get received() {
            return bytesRead() - before;
          },
          send,
        };
        request.once('socket', (socket) => {
          if (request.reusedSocket) resolve(ready);
          else socket.once(isSecure ? 'secureConnect' : 'connect', () => resolve(ready));
        });
      }),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Bytes. The largest articles have about 20 MB of XML; responses are not read beyond this. */
const LARGEST_ANSWER = 32 * 2 ** 20;
/** Bytes. Only a few larger responses are read at a time (`large`), so that memory is bounded. */
const LARGE_ANSWER = 2 * 2 ** 20;

/**
 * Reads the whole body as text: UTF-8, or UTF-16 if it begins with a byte order mark. Other bytes mean a damaged response: decoded
 * to replacement characters they would look like data.
 */
export async function bodyOf(
  response: IncomingMessage,
  patience: Patience,
  large: Bottleneck,
): Promise<string> {
  if (Number(response.headers['content-length']) > LARGEST_ANSWER) throw tooLarge();
  const body = unpacked(response);
  const pieces = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let size = 0;
  const readUpTo = async (most: number): Promise<boolean> => {
    while (size <= most) {
      const { done, value } = await pieces.next();
      if (done) return true;
      patience.received(value.byteLength);
      size += value.byteLength;
      parts.push(value);
    }
    return false;
  };
  try {
    if (await readUpTo(LARGE_ANSWER)) return decoded(parts);
    patience.pause();
    return await large.schedule(async () => {
      patience.expect();
      if (await readUpTo(LARGEST_ANSWER)) return decoded(parts);
      throw tooLarge();
    });
  } finally {
    await pieces.return?.(); // closes a body that was not read to its end
  }
}

function tooLarge(): Unobtainable {
  return new Unobtainable(`the answer is larger than ${LARGEST_ANSWER / 2 ** 20} MB`, 'never');
}

function unpacked(response: IncomingMessage): Readable {
  const packing = response.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (packing === 'identity') return response;
  if (packing !== 'gzip' && packing !== 'x-gzip')
    throw new Unobtainable(`the answer is compressed as "${packing}", which was not requested`, 'thrice');
  // An error of the first stream reaches the reader as one of the second.
  return pipeline(response, createGunzip(), () => undefined);
}

function decoded(parts: readonly Buffer[]): string {
  const bytes = Buffer.concat(parts);
  const mark = bytes.length >= 2 ? bytes.readUInt16BE() : 0;
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Unobtainable('the answer is damaged: its bytes are not UTF-8', 'when trusted');
  }
}

/** Milliseconds of a `Retry-After` header, given in seconds or as a date by the service's clock. */
export function retryAfter({ headers }: IncomingMessage): number {
  const value = headers['retry-after']?.trim();
  if (!value) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  if (!/^[A-Z][a-z]+,? /.test(value)) return 0; // `Date.parse` would read "-5" as a year
  const now = Date.parse(headers.date ?? '');
  const wait = Date.parse(value) - (Number.isNaN(now) ? Date.now() : now);
  return Number.isNaN(wait) ? 0 : Math.max(wait, 0);
}
