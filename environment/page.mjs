// The page that annotates in a browser: bundles src/page/browser/ and the parts of the library that it imports, and copies what it
// loads, to dist/page/assets/. `falconframes demo` serves them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { nodeModules, root } from './places.mjs';

const page = join(root, 'src', 'page');
const browser = join(page, 'browser');
const assets = join(root, 'dist', 'page', 'assets');
const part = `${assets}.part`;

/** Packages that run in browsers and are part of the bundle. */
const BUNDLED = new Set([
  'onnxruntime-common',
  'onnxruntime-web/wasm',
  'sentencex-wasm',
  'saxes',
  'xmlchars',
  'entities',
]);

/**
 * Resolves imports. The page imports from the rooms' entry files, as all code does, which name everything in them: what it does not use
 * is dropped, with Node's modules and the packages that only Node can load.
 */
const rooms = {
  name: 'rooms',
  setup(build) {
    const resolved = Symbol('resolved');
    build.onResolve({ filter: /^\./ }, async ({ path, pluginData, ...args }) => {
      if (pluginData === resolved || args.kind === 'entry-point') return undefined;
      const isOurs = args.importer.startsWith(join(root, 'src'));
      // What is loaded on demand is loaded in Node only.
      if (isOurs && args.kind !== 'import-statement') return { path, external: true };
      const found = await build.resolve(path, {
        kind: args.kind,
        resolveDir: args.resolveDir,
        importer: args.importer,
        pluginData: resolved,
      });
      return found.path.startsWith(join(root, 'src')) ? { ...found, sideEffects: false } : found;
    });
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined;
      if (path === 'sentencex') return { path: join(browser, 'sentencex.ts'), sideEffects: false };
      const isOurs = importer.startsWith(join(root, 'src'));
      if (!isOurs || [...BUNDLED].some((name) => path === name || path.startsWith(`${name}/`)))
        return undefined;
      return { path, external: true, sideEffects: false };
    });
  },
};

/** Bundles one of the page's programs. @returns the source files in it */
async function bundle(folder, entry, format) {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    entryPoints: [join(page, folder, `${entry}.ts`)],
    outfile: join(part, `${entry}.js`),
    tsconfig: join(page, folder, 'tsconfig.json'),
    bundle: true,
    minify: true,
    format,
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    plugins: [rooms],
  });
  const [{ imports, inputs }] = Object.values(metafile.outputs);
  const foreign = imports.filter(({ external }) => external).map(({ path }) => path);
  if (/\bBuffer\b/.test(readFileSync(join(part, `${entry}.js`), 'utf8'))) foreign.push('Buffer');
  if (foreign.length > 0)
    throw new Error(
      `${entry}.js would need ${foreign.join(', ')}, which no browser has: import from files without it`,
    );
  return Object.entries(inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

const packed = (content) => gzipSync(content, { level: 9 });

function licences() {
  const packages = ['onnxruntime-web', 'sentencex-wasm', 'saxes', 'xmlchars', 'entities'];
  const texts = packages.map((name) => {
    const folder = join(nodeModules, name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text =
      ['LICENSE', 'LICENSE.md']
        .map((file) => {
          try {
            return readFileSync(join(folder, file), 'utf8').trim();
          } catch {
            return '';
          }
        })
        .find(Boolean) ?? `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  const own = readFileSync(join(root, 'LICENSE'), 'utf8').trim();
  return [`FalconFrames\n\n${own}\n`, ...texts].join(`\n${'-'.repeat(80)}\n\n`);
}

/** The compiler's arguments that check the types of the page, which the library's own compilation leaves out: they are a browser's. */
export const pageTypeChecks = ['browser', 'service-worker'].map((folder) => [
  join(nodeModules, 'typescript', 'bin', 'tsc'),
  '--project',
  join(page, folder),
]);

/** Builds the page anew. It appears as a whole, so that an interrupted build leaves none. */
export async function buildPage() {
  rmSync(assets, { recursive: true, force: true });
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const sources = {
    main: await bundle('browser', 'main', 'esm'),
    worker: await bundle('browser', 'worker', 'esm'),
    'service-worker': await bundle('service-worker', 'service-worker', 'iife'),
  };
  for (const name of ['index.html', 'page.css', 'icon.svg']) cpSync(join(browser, name), join(part, name));
  const runtime = join(nodeModules, 'onnxruntime-web', 'dist', 'ort-wasm-simd-threaded.wasm');
  writeFileSync(join(part, 'onnxruntime.wasm.gz'), packed(readFileSync(runtime)));
  const sentences = join(nodeModules, 'sentencex-wasm', 'sentencex_wasm_bg.wasm');
  writeFileSync(join(part, 'sentencex.wasm.gz'), packed(readFileSync(sentences)));
  writeFileSync(join(part, 'LICENCES.txt'), licences());
  writeFileSync(join(part, 'sources.json'), JSON.stringify(sources, null, 1));
  renameSync(part, assets);
}

// `npm run build`, after the library.
if (process.argv[1] === join(root, 'environment', 'page.mjs')) {
  for (const check of pageTypeChecks) execFileSync(process.execPath, check, { stdio: 'inherit' });
  await buildPage();
}
