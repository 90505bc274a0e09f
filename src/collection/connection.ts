import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Unobtainable } from './unobtainable';

/** A request whose connection stands, so that its bytes leave in the moment in which it is sent. */
export interface ReadyRequest {
  /** The connection was lost while the request waited to be sent. */
  readonly isBroken: boolean;
  /** Resolves when the headers of the answer are there. */
  send(): Promise<IncomingMessage>;
}

/** Readies requests to one service; connections are kept open and used again. */
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
        const answer = new Promise<IncomingMessage>((answered, failed) => {
          request.once('response', answered);
          request.on('error', (error) => {
            isBroken = true;
            reject(error);
            failed(error);
          });
        });
        answer.catch(() => undefined); // told by `send`, or by `isBroken` where that is never called
        const send = () => {
          request.end();
          return answer;
        };
        const ready: ReadyRequest = {
          get isBroken() {
            return isBroken;
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

/** The largest articles have some 20 MB of XML; no answer is read beyond this. */
const LARGEST_ANSWER = 64 * 2 ** 20;

/** The whole body as text. Bytes that are no UTF-8 mean a damaged answer: replaced by signs they would look like data. */
export async function bodyOf(response: IncomingMessage, onPart: () => void): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  let size = 0;
  const isPacked = response.headers['content-encoding'] === 'gzip';
  // An error of the first stream reaches the reader as one of the second.
  const body: Readable = isPacked ? pipeline(response, createGunzip(), () => undefined) : response;
  for await (const part of body as AsyncIterable<Buffer>) {
    onPart();
    size += part.byteLength;
    if (size > LARGEST_ANSWER) throw new Unobtainable('the answer is larger than 64 MB');
    parts.push(decoded(() => decoder.decode(part, { stream: true })));
  }
  parts.push(decoded(() => decoder.decode()));
  return parts.join('');
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new Unobtainable('the answer is damaged: its bytes are no UTF-8');
  }
}

/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date by the service's own clock. */
export function retryAfter({ headers }: IncomingMessage): number {
  const value = headers['retry-after']?.trim();
  if (!value) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const now = Date.parse(headers.date ?? '');
  const wait = Date.parse(value) - (Number.isNaN(now) ? Date.now() : now);
  return Number.isNaN(wait) ? 0 : Math.max(wait, 0);
}
