/** Keeps the page's own small files, so that it opens without a network; `storedFile` keeps the large ones. */
const scope = globalThis as unknown as ServiceWorkerGlobalScope;
/** Replaced when the page is written. */
declare const PAGE_VERSION: string;
declare const PAGE_FILES: string[];
declare const LARGE_FILES: string[];

const SHELL = `falconframes-page-${PAGE_VERSION}`;
const LARGE = 'falconframes-files';

scope.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const shell = await caches.open(SHELL);
      await shell.addAll(PAGE_FILES.map((path) => new Request(path, { cache: 'no-cache' })));
      await scope.skipWaiting();
    })(),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // Other pages of the same server may have caches of their own.
      for (const name of await caches.keys())
        if (name.startsWith('falconframes-page-') && name !== SHELL) await caches.delete(name);
      const large = await caches.open(LARGE);
      const needed = new Set(LARGE_FILES.map((path) => new URL(path, scope.registration.scope).href));
      for (const { url } of await large.keys()) if (!needed.has(url)) await large.delete(url);
      await scope.clients.claim();
    })(),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const isOwn = request.method === 'GET' && request.url.startsWith(scope.registration.scope);
  if (isOwn) event.respondWith(answerTo(request));
});

/** The stored version is a whole: files of two versions never mix. A new version is stored first, and used from the next visit on. */
async function answerTo(request: Request): Promise<Response> {
  const shell = await caches.open(SHELL);
  return (await shell.match(request, { ignoreSearch: true })) ?? fetch(request);
}
