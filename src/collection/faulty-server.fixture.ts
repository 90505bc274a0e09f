/** A faulty server with request counts, for tests and the benchmark. */
import type { RequestListener } from 'node:http';
import { createRandom } from '../foundation';

export type Fault =
  | 'unavailable'
  | 'too many'
  | 'reset'
  | 'truncated'
  | 'html'
  | 'stall'
  | 'another article'
  | 'empty list';

/** Each fault turns a correct listener into a faulty one. */
const FAULTS: Record<Fault, (serve: RequestListener) => RequestListener> = {
  unavailable: () => (_, response) => response.writeHead(503).end('busy'),
  'too many': () => (_, response) => response.writeHead(429, { 'Retry-After': '0' }).end(),
  reset: () => (request) => request.socket.destroy(),
  // Half of the correct response, declared as complete.
  truncated: (serve) => (request, response) => {
    const end = response.end.bind(response) as (body: string) => typeof response;
    response.end = ((body: string) => end(body.slice(0, body.length / 2))) as typeof response.end;
    serve(request, response);
  },
  html: () => (_, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!DOCTYPE html><html>Sorry</html>'),
  stall: () => () => {},
  // The last article of the sample, whichever was requested.
  'another article': (serve) => (request, response) => {
    request.url = request.url?.replace(/(?<=PMC)900000\d\d|(?<=PMC%3A)900000\d\d/, '90000021');
    serve(request, response);
  },
  'empty list': (serve) => (request, response) => {
    if (request.url?.includes('fullTextXML')) serve(request, response);
    else
      response.writeHead(200).end(request.url?.includes('/search') ? '{"resultList":{"result":[]}}' : '[]');
  },
};

/** A listener that answers a share of the requests with faults of all kinds equally often, by a seed. */
export function faultyListener(
  serve: RequestListener,
  { share, seed, faults }: { share: number; seed: number; faults: readonly Fault[] },
): RequestListener {
  const { next, below } = createRandom(seed);
  return (request, response) => {
    const answer = next() < share ? FAULTS[faults[below(faults.length)]](serve) : serve;
    answer(request, response);
  };
}

/** A listener that records the arrival time of each request. */
export function countingListener(serve: RequestListener): { listener: RequestListener; arrivals: number[] } {
  const arrivals: number[] = [];
  const listener: RequestListener = (request, response) => {
    arrivals.push(performance.now());
    serve(request, response);
  };
  return { listener, arrivals };
}

/** The largest number of arrivals within any window of the given milliseconds; arrivals in order. */
export function mostWithin(arrivals: readonly number[], milliseconds: number): number {
  let most = 0;
  let first = 0;
  arrivals.forEach((arrival, index) => {
    while (arrivals[first] <= arrival - milliseconds) first++;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
