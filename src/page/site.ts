import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { checkOutputFolder, InputError, projectRoot, writeFileAtomically } from '../foundation';
import { DEFAULT_MODEL, onnxFileOf } from '../inference';
import { readConfiguration } from '../nn';
import { expectedOf, mayShareCalls, readOnnxFile } from '../onnx';
import { WordPieceTokenizer } from '../tokenization';
import type { PageModel, SiteData } from './site-data';

/** A file of the page. */
export interface PageFile {
  /** Relative to the page, with `/`. */
  path: string;
  content: Buffer;
}

/** The models of the page; the first is the one it opens with. */
const MODELS = ['falconframes-small', 'falconframes-tiny'].map((name) => join(dirname(DEFAULT_MODEL), name));

const SERVICE_WORKER = 'service-worker.js';

const ASSETS = join(projectRoot, 'dist', 'page', 'assets');
/** Only in the project: an installed copy contains the page as built. */
const BUILDER = join(projectRoot, 'environment', 'page.mjs');

/**
 * Returns all files of the page, which any web server can serve from any path.
 *
 * Large files are compressed with gzip and named by their content; the page unpacks them itself, so that no server has to compress, and
 * keeps them, so that a new version of the page fetches only what has changed.
 *
 * In the project, the page is built first if it is not. @throws InputError if a model is missing or cannot run in it
 */
export async function pageFiles(): Promise<PageFile[]> {
  if (!existsSync(ASSETS) && existsSync(BUILDER)) {
    const { buildPage } = (await import(pathToFileURL(BUILDER).href)) as { buildPage(): Promise<void> };
    await buildPage();
  }

  const large: PageFile[] = [];
  const addLarge = (name: string, packed: Buffer): string => {
    const hash = createHash('sha256').update(packed).digest('hex').slice(0, 12);
    const [stem, ...endings] = name.split('.');
    const path = `files/${[`${stem}-${hash}`, ...endings].join('.')}`;
    if (!large.some((file) => file.path === path)) large.push({ path, content: packed });
    return path;
  };
  const runtime = addLarge('onnxruntime.wasm.gz', asset('onnxruntime.wasm.gz'));
  const sentences = addLarge('sentencex.wasm.gz', asset('sentencex.wasm.gz'));
  const models = MODELS.map((folder) => pageModel(folder, addLarge));
  const sizeOf = (...paths: string[]) =>
    large.reduce((sum, { path, content }) => sum + (paths.includes(path) ? content.length : 0), 0);
  const site: SiteData = {
    runtime,
    sentences,
    models: models.map((model) => ({
      ...model,
      size: sizeOf(runtime, sentences, model.onnx, model.tokenizer),
    })),
  };
  // No text of the data may end the script element that holds it.
  const data = JSON.stringify(site).replaceAll('<', '\\u003c');
  const index = asset('index.html')
    .toString()
    .replace('id="site">null<', () => `id="site">${data}<`);
  const small: PageFile[] = [
    { path: 'index.html', content: Buffer.from(index) },
    ...['main.js', 'worker.js', 'page.css', 'icon.svg', 'LICENCES.txt'].map((path) => ({
      path,
      content: asset(path),
    })),
  ];
  return [...small, { path: SERVICE_WORKER, content: serviceWorker(small, large) }, ...large];
}

/**
 * Writes the page to a folder, which is created if it does not exist.
 *
 * @returns its files
 * @throws InputError if the folder contains another site
 */
export async function writePage(folder: string): Promise<PageFile[]> {
  checkOutputFolder(folder);
  const start = join(folder, 'index.html');
  if (existsSync(start) && !existsSync(join(folder, SERVICE_WORKER)))
    throw new InputError(`${start}: is of another site and would be replaced; choose another folder`);
  const files = await pageFiles();
  for (const { path, content } of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileAtomically(join(folder, path), content);
  }
  return files;
}

function asset(name: string): Buffer {
  const path = join(ASSETS, name);
  if (!existsSync(path))
    throw new InputError(
      `${path}: is missing; build the page with \`npm run build\`, or install the package again`,
    );
  return readFileSync(path);
}

/** Reads a model folder as any command does, with all checks, so that the page can rely on it. */
function pageModel(folder: string, addLarge: (name: string, packed: Buffer) => string): PageModel {
  const name = basename(folder).replace(/^falconframes-/, '');
  const onnxPath = onnxFileOf(folder, true);
  const expected = expectedOf(folder);
  const onnx = readOnnxFile(onnxPath, expected);
  const tokenizerPath = join(folder, 'tokenizer.json');
  const tokenizer = readFileSync(tokenizerPath);
  new WordPieceTokenizer(JSON.parse(tokenizer.toString()), tokenizerPath); // throws for a tokenizer that it cannot read
  return {
    name,
    onnx: addLarge(`${name}.onnx.gz`, gzipSync(onnx, { level: 9 })),
    tokenizer: addLarge('tokenizer.json.gz', gzipSync(tokenizer, { level: 9 })),
    size: 0,
    configuration: readConfiguration(folder),
    expected,
    sharesCalls: mayShareCalls(onnx),
  };
}

/** The service worker, with the names of the files that it keeps and a version that changes with any of them. */
function serviceWorker(small: readonly PageFile[], large: readonly PageFile[]): Buffer {
  const version = createHash('sha256');
  for (const { path, content } of [...small, ...large]) version.update(path).update(content);
  const constants = {
    PAGE_VERSION: version.digest('hex').slice(0, 12),
    PAGE_FILES: ['./', ...small.map(({ path }) => path)],
    LARGE_FILES: large.map(({ path }) => path),
  };
  const declared = Object.entries(constants).map(
    ([name, value]) => `const ${name}=${JSON.stringify(value)};`,
  );
  return Buffer.concat([Buffer.from(`${declared.join('')}\n`), asset(SERVICE_WORKER)]);
}

/** Media types of the page's files, by the last ending of the name. */
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.gz': 'application/gzip',
};

export const mediaType = (path: string): string => TYPES[extname(path)] ?? 'application/octet-stream';
