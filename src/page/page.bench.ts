/**
 * `npm run bench -- page [--articles N] [--json]`: the page in Chromium against the library in Node on one thread, on open-access
 * articles of FALCONFRAMES_MIRROR (default 12, evenly taken from all), for both models.
 *
 * - First visit: bytes of each file that the page loads, as they travel (gzip).
 * - `ratio`: the time of the page to annotate the articles divided by that of `loadAnnotator` with one thread, start-up and loading left
 *   out. Each article is annotated by both in turn, 5 times, and the shortest time of each counts, since other load on the machine
 *   makes any single one longer.
 * - Mentions of whole articles: how many of Node's the page finds with the same offsets and class (`same`), how many it has beside
 *   them (`others`), and the differences of scores.
 * - `split`: of all articles in the mirror, the paragraphs that `sentencex` splits in the same places in Node and, as WebAssembly, in
 *   the page. Its two packages are different versions, which is why mentions of whole articles differ at all.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { segment } from 'sentencex';
import { splitSentences } from '../corpora';
import { InputError, projectRoot } from '../foundation';
import { type Entity, loadAnnotator } from '../inference';
import { findChromium } from '../visualization/error-browser/chromium.fixture';
import { mirrorArticles } from './mirror-articles.fixture';
import { annotateInPage, openPage, untilAnnotated } from './page.fixture';
import { servePage } from './serve';
import { pageFiles } from './site';

const ROUNDS = 5;
const MODELS = ['small', 'tiny'];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { articles: { type: 'string' }, json: { type: 'boolean' } } });
  const program = findChromium();
  if (!program) throw new InputError('needs Chromium or Chrome on the path, or FALCONFRAMES_CHROMIUM');
  process.env.TOKENIZERS_PARALLELISM = 'false'; // one thread
  const all = mirrorArticles();
  const wanted = Number(values.articles ?? 12);
  const texts = Array.from({ length: wanted }, (_, index) => all[Math.floor((index * all.length) / wanted)]);
  const files = await pageFiles();
  const firstVisit = files
    .filter(({ path }) => !/tiny|LICENCES/.test(path))
    .map(({ path, content }) => ({
      path,
      bytes: (path.endsWith('.gz') ? content : gzipSync(content)).length,
    }));
  const server = await servePage(files, { port: 0 });
  const page = await openPage(program, server.url);
  await untilAnnotated(page);
  const split = await sameSplits(all);
  const sentences = texts.reduce((total, text) => total + splitSentences(text).length, 0);
  const models: Record<string, object> = {};
  for (const model of MODELS) {
    const annotator = await loadAnnotator(join(projectRoot, 'models', `falconframes-${model}`), {
      threads: 1,
    });
    const inPage = (some: readonly string[]) => annotateInPage(page, some, model, 'europepmc');
    await inPage(texts.slice(0, 2)); // browsers optimize what runs often
    await annotator.annotate(texts[0]);
    const [shortest, shortestInPage] = [new Map<string, number>(), new Map<string, number>()];
    const scores: number[] = [];
    let [expected, same, others] = [0, 0, 0];
    for (let round = 0; round < ROUNDS; round++)
      for (const text of texts) {
        const start = performance.now();
        const inNode = await annotator.annotate(text);
        const milliseconds = performance.now() - start;
        const [found] = await inPage([text]);
        keepShorter(shortest, text, milliseconds);
        keepShorter(shortestInPage, text, found.milliseconds);
        if (round > 0) continue;
        const byPlace = new Map(inNode.map((entity) => [keyOf(entity), entity.score]));
        const common = found.entities.filter((entity) => byPlace.has(keyOf(entity)));
        expected += inNode.length;
        same += common.length;
        others += found.entities.length - common.length;
        for (const entity of common) scores.push(Math.abs(entity.score - byPlace.get(keyOf(entity))!));
      }
    await annotator.dispose();
    models[model] = {
      ratio: sum(shortestInPage) / sum(shortest),
      sentencesPerSecond: Math.round((1000 * sentences) / sum(shortestInPage)),
      ...{ mentions: expected, same, others },
      scores: {
        median: median(scores),
        beyond0001: scores.filter((difference) => difference > 0.001).length,
        largest: Math.max(...scores),
      },
    };
  }
  await page.close();
  await server.close();
  const total = firstVisit.reduce((sum, { bytes }) => sum + bytes, 0);
  const result = { articles: texts.length, split, firstVisit: { total, files: firstVisit }, models };
  if (values.json) return console.log(JSON.stringify(result, null, 2));
  for (const { path, bytes } of firstVisit) console.log(`${String(bytes).padStart(9)}  ${path}`);
  console.log(`${String(total).padStart(9)}  first visit, bytes`);
  console.log(`${split.same} of ${split.paragraphs} paragraphs are split in the same places`);
  console.log(JSON.stringify(models, null, 2));
}

/** Counts the paragraphs that both packages of `sentencex` split in the same places. */
async function sameSplits(articles: readonly string[]): Promise<{ paragraphs: number; same: number }> {
  const { initSync, segment: inPage } = await import('sentencex-wasm');
  const module = readFileSync(join(projectRoot, 'node_modules', 'sentencex-wasm', 'sentencex_wasm_bg.wasm'));
  initSync({ module });
  const paragraphs = articles.flatMap((text) => text.split('\n\n')).filter((text) => text.length < 3_000);
  const isSame = (text: string) => isDeepStrictEqual(inPage('en', text), segment('en', text));
  return { paragraphs: paragraphs.length, same: paragraphs.filter(isSame).length };
}

function keepShorter(times: Map<string, number>, text: string, milliseconds: number): void {
  times.set(text, Math.min(milliseconds, times.get(text) ?? Number.POSITIVE_INFINITY));
}

const sum = (times: ReadonlyMap<string, number>): number =>
  [...times.values()].reduce((total, milliseconds) => total + milliseconds, 0);

const keyOf = ({ start, end, label }: Entity): string => `${start} ${end} ${label}`;

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

main().catch((error: Error) => {
  console.error(`bench: ${error instanceof InputError ? error.message : error.stack}`);
  process.exit(1);
});
