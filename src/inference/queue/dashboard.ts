import { createServer, type RequestListener, type Server as WebServer } from 'node:http';
import { optionalPackage } from '../../foundation';
import { reportOutages, type Server } from './connection';
import { openQueue } from './jobs';

/** A page with the jobs of a queue, and its figures for Prometheus. */
export interface Dashboard {
  url: string;
  close(): Promise<void>;
}

/** The page asks another server for a font; nothing of it is needed. */
const OWN_CONTENT = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

/**
 * Serves Bull Board on `/`, read only, and the number of jobs by state on `/metrics`.
 *
 * @param host address to listen on; everyone who reaches it sees the jobs
 * @throws InputError if Bull Board is not installed, or the server cannot be reached
 */
export async function serveDashboard(
  server: Server,
  { port, host, patience }: { port: number; host: string; patience?: number },
): Promise<Dashboard> {
  const { createBullBoard } = optionalPackage<typeof import('@bull-board/api')>(
    '@bull-board/api',
    'The dashboard',
  );
  const { BullMQAdapter } =
    require('@bull-board/api/bullMQAdapter') as typeof import('@bull-board/api/bullMQAdapter');
  const { ExpressAdapter } = optionalPackage<typeof import('@bull-board/express')>(
    '@bull-board/express',
    'The dashboard',
  );
  const open = await openQueue(server, { patience, failed: reportOutages(server.name, () => {}).failed });
  const pages = new ExpressAdapter();
  createBullBoard({ queues: [new BullMQAdapter(open.queue, { readOnlyMode: true })], serverAdapter: pages });
  const board = pages.getRouter() as RequestListener;
  const web = await listen(host, port, (request, response) => {
    response.setHeader('content-security-policy', OWN_CONTENT);
    if (request.url !== '/metrics') return board(request, response);
    open.queue.exportPrometheusMetrics().then(
      (text) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(text),
      () => response.writeHead(503).end(),
    );
  });
  const { port: own } = web.address() as { port: number };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${own}`,
    async close() {
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
      await open.close();
    },
  };
}

/** Starts a web server. @throws InputError if the port is taken */
export function listen(host: string, port: number, listener: RequestListener): Promise<WebServer> {
  return new Promise((resolve, reject) => {
    const web = createServer(listener);
    web.on('error', reject).listen(port, host, () => resolve(web));
  });
}
