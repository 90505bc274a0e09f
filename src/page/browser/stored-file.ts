import { InputError } from '../../foundation';

/** The browser's cache of large files, which are named by their content and never change. */
const STORE = 'falconframes-files';

/**
 * Fetches a file of the page, from the browser's cache if it is there, and unpacks it. A server may have unpacked it already.
 *
 * @param onBytes called with the number of compressed bytes received so far
 * @throws InputError if the server cannot be reached or does not have the file
 */
export async function storedFile(path: string, onBytes: (received: number) => void): Promise<Uint8Array> {
  // Pages that were not loaded by https or from this machine have no cache.
  const store = 'caches' in globalThis ? await caches.open(STORE).catch(() => undefined) : undefined;
  const known = await store?.match(path);
  const packed = known ? new Uint8Array(await known.arrayBuffer()) : await fetched(path, onBytes);
  onBytes(packed.length);
  // Storage may be full or forbidden; the page then works without it.
  if (!known) await store?.put(path, new Response(packed)).catch(() => undefined);
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
  if (!isGzip) return packed;
  const unpacking = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacking).arrayBuffer());
}

async function fetched(path: string, onBytes: (received: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path).catch(() => undefined);
  if (!response?.ok || !response.body)
    throw new InputError(
      response
        ? `The server does not have ${path} (status ${response.status}); write the page again with \`falconframes demo --out\``
        : `${path} cannot be loaded: the server of this page does not answer; start it again, then reload the page`,
    );
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    received += value.length;
    onBytes(received);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
