import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { InputError } from '../foundation';
import { mediaType, type PageFile } from './site';

export interface ServedPage {
  /** `http://127.0.0.1:8737/` */
  url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Default: `USUAL_PORT`, or a free one if that is taken. */
  port?: number;
}

/** A browser keeps the page for offline use by address, so it should be the same each time, and no other program's. */
export const USUAL_PORT = 8737;

/** Serves the files of the page on this machine alone. @throws InputError if the requested port is taken */
export async function servePage(
  files: readonly PageFile[],
  { port }: ServeOptions = {},
): Promise<ServedPage> {
  const byPath = new Map(files.map((file) => [`/${file.path}`, file]));
  byPath.set('/', byPath.get('/index.html')!);
  const server = createServer(({ method, url = '/', headers }, response) => {
    const file = byPath.get(URL.canParse(url, 'http://page') ? new URL(url, 'http://page').pathname : '');
    if (method !== 'GET' && method !== 'HEAD') return response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    if (!file) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no such file\n');
    const isPacked = file.path.endsWith('.gz');
    const packs = !isPacked && /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
    const content = packs ? gzipSync(file.content) : file.content;
    response.writeHead(200, {
      'Content-Type': mediaType(file.path),
      'Content-Length': content.length,
      // Large files are named by their content.
      'Cache-Control': isPacked ? 'public, max-age=31536000, immutable' : 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      ...(packs && { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' }),
    });
    return response.end(method === 'HEAD' ? undefined : content);
  });
  try {
    await listen(server, port ?? USUAL_PORT);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    if (port !== undefined)
      throw new InputError(
        `port ${port} is ${code === 'EACCES' ? 'reserved' : 'taken'}; name another with --port`,
      );
    await listen(server, 0);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
