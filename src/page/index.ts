/**
 * Page: a page for browsers that annotates text with the models of the package.
 *
 * In: the models of the package, the bundle in dist/page/assets. Out: the page as a folder for any web server, or served on this
 * machine. May touch: the output folder, a port of 127.0.0.1.
 *
 * browser/ runs in the page (main.ts) and in its worker (worker.ts), bundled by environment/page.mjs with what it imports of the
 * rooms above: the page annotates with the code of `inference`. The other files run in both, or write and serve the page.
 */
export { type AnnotatedText, OUTPUT_FORMATS, type OutputFormat } from './formats';
export { type ServedPage, type ServeOptions, servePage } from './serve';
export { type PageFile, pageFiles, writePage } from './site';
export type { PageModel, SiteData } from './site-data';
