/** Test helper: a proxy that mishandles every fifth request. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

type Fault = (response: ServerResponse, passOn: () => Promise<unknown>) => unknown;

/** Faults before a request has had its effect, and after. */
const FAULTS: Fault[] = [
  (response) => response.writeHead(500).end('error'),
  async (response, passOn) => {
    await passOn();
    response.destroy();
  },
  (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in</html>'),
  async (response, passOn) => {
    await passOn();
    response.writeHead(503).end();
  },
  (response) => response.destroy(),
];

/** Starts the proxy and returns its address. Its faults occur in turn, every fifth request; it never answers the twelfth. */
export async function faultyProxy(test: TestContext, address: string): Promise<string> {
  let count = 0;
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = 'GET', url } = request;
    const headers = { 'Content-Type': request.headers['content-type'] ?? 'application/octet-stream' };
    const body = method === 'GET' ? undefined : Buffer.concat(chunks);
    const passOn = () => fetch(`${address}${url}`, { method, headers, body });
    count++;
    if (count === 12) return;
    if (count % 5 === 0) return FAULTS[(count / 5) % FAULTS.length](response, passOn);
    const answer = await passOn();
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  }).listen(0, '127.0.0.1');
  test.after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  await once(proxy, 'listening');
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
