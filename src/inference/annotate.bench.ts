/**
 * `npm run bench -- annotate [--model DIR] [--rounds N] [--json]`: throughput of annotating a corpus. The documents, articles of
 * CRAFT in JATS and abstracts of JNLPBA's test part, need FALCONFRAMES_MIRROR. The model is that of the package.
 *
 * - Scaling over the cores: the command `annotate` on the same documents, confined to one core (`taskset`) with one worker, on the
 *   whole machine with one worker, and with one worker per core; start-up included. `scaling` is the speed-up from one core to all,
 *   divided by their number: 1 if linear. One worker on the whole machine is faster than on one core, since reading, garbage
 *   collection and output run in parallel. All must give the same lines.
 * - Against transformers.js: its token-classification pipeline on the same int8 file and the same sentences (every twelfth), one
 *   thread each, sentence by sentence and in batches of 16, whichever is faster; ours with sentence splitting left out and the
 *   decoding of mentions and the article vote included.
 * - The whole machine: all workers against the pipeline with as many threads, sentence by sentence, as in typical use.
 * - Where the time goes: shares of one more pass in this thread.
 *
 * Rounds alternate, figures are medians. Other load on the machine affects them: compare only within a run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPeer } from '../benchmark';
import { InputError, mirrorFolder, projectRoot } from '../foundation';
import { readConfiguration } from '../nn';
import { openOnnxScorer } from '../onnx';
import { decodeSpans, voteWithinArticle } from '../tasks';
import { cutWindows, joinWindows, outputNames, Tokenizer } from '../tokenization';
import { loadAnnotator } from './annotator';
import { listInputs, openSources } from './corpus';
import { readArticle } from './corpus/article';
import { defaultModelFolder } from './default-model';
import { onnxFileOf } from './onnx-file';

const ARTICLES = 40;
const ABSTRACTS = 400;
const BATCH = 16;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { model: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'boolean' } },
  });
  const model = resolve(values.model ?? defaultModelFolder());
  const rounds = Number(values.rounds ?? 5);
  const paths = documentPaths();
  const cores = availableParallelism();
  const articles: string[][] = [];
  for await (const source of openSources(listInputs(paths).files))
    articles.push(readArticle(source).sentences);
  const some = articles.map((sentences) => sentences.filter((_, index) => index % 12 === 0));
  const sentences = some.flat();
  process.env.TOKENIZERS_PARALLELISM = 'false'; // one thread
  const annotator = await loadAnnotator(model, { quantized: true, threads: 1 });
  const startPipeline = (threads: number) =>
    startPeer<object, object, { seconds: number }>('transformers_js_pipeline.mjs', [model, String(threads)]);
  const pipeline = await startPipeline(1);
  const threaded = await startPipeline(cores);

  const seconds = { core: [], one: [], all: [], ours: [], single: [], batched: [], threaded: [] } as Record<
    string,
    number[]
  >;
  let isSame = true;
  await annotator.annotateSentences(some);
  await pipeline.ask({ sentences: sentences.slice(0, 50), batch: 1 });
  for (let round = 0; round < rounds; round++) {
    const core = timeCommand(paths, model, 1, ['taskset', '--cpu-list', '0']);
    const one = timeCommand(paths, model, 1);
    const all = timeCommand(paths, model, cores);
    isSame &&= core.lines === one.lines && one.lines === all.lines;
    seconds.core.push(core.seconds);
    seconds.one.push(one.seconds);
    seconds.all.push(all.seconds);
    const start = performance.now();
    await annotator.annotateSentences(some);
    seconds.ours.push((performance.now() - start) / 1000);
    seconds.single.push((await pipeline.ask({ sentences, batch: 1 })).seconds);
    seconds.batched.push((await pipeline.ask({ sentences, batch: BATCH })).seconds);
    seconds.threaded.push((await threaded.ask({ sentences, batch: 1 })).seconds);
  }
  await pipeline.end();
  await threaded.end();

  const count = articles.flat().length;
  const speedUp = median(seconds.core.map((core, round) => core / seconds.all[round]));
  const theirs = Math.min(median(seconds.single), median(seconds.batched));
  const result: Result = {
    documents: paths.length,
    sentences: count,
    cores,
    sentences_per_second: {
      one_core: count / median(seconds.core),
      one_worker: count / median(seconds.one),
      all: count / median(seconds.all),
    },
    speed_up: speedUp,
    scaling: speedUp / cores,
    same_lines: isSame,
    one_thread_sentences_per_second: {
      falconframes: sentences.length / median(seconds.ours),
      pipeline: sentences.length / median(seconds.single),
      pipeline_batched: sentences.length / median(seconds.batched),
    },
    ratio_transformers_js: theirs / median(seconds.ours),
    all_threads_pipeline_sentences_per_second: sentences.length / median(seconds.threaded),
    ratio_all_threads: (count * median(seconds.threaded)) / (sentences.length * median(seconds.all)),
    shares: await timeSteps(paths, model),
  };
  if (values.json) console.log(JSON.stringify(result, null, 2));
  else printForPeople(result);
}

interface Result {
  documents: number;
  sentences: number;
  cores: number;
  sentences_per_second: { one_core: number; one_worker: number; all: number };
  speed_up: number;
  scaling: number;
  same_lines: boolean;
  one_thread_sentences_per_second: { falconframes: number; pipeline: number; pipeline_batched: number };
  ratio_transformers_js: number;
  all_threads_pipeline_sentences_per_second: number;
  ratio_all_threads: number;
  shares: Record<string, number>;
}

function printForPeople(result: Result): void {
  const { sentences_per_second: corpus, one_thread_sentences_per_second: thread } = result;
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  console.log(`${result.documents} documents, ${result.sentences} sentences`);
  console.log(
    `one core ${corpus.one_core.toFixed(0)} sentences/s, one worker on ${result.cores} cores ${corpus.one_worker.toFixed(0)}, ` +
      `${result.cores} workers ${corpus.all.toFixed(0)}: ${result.speed_up.toFixed(2)} times, ${percent(result.scaling)} of linear; lines ${result.same_lines ? 'are the same' : 'DIFFER'}`,
  );
  console.log(
    `one thread: ${thread.falconframes.toFixed(0)} sentences/s, transformers.js' pipeline ${thread.pipeline.toFixed(0)}, ` +
      `in batches of ${BATCH} ${thread.pipeline_batched.toFixed(0)}: ${result.ratio_transformers_js.toFixed(2)} times`,
  );
  console.log(
    `whole machine: transformers.js' pipeline with ${result.cores} threads ` +
      `${result.all_threads_pipeline_sentences_per_second.toFixed(0)} sentences/s; ours is ${result.ratio_all_threads.toFixed(2)} times as fast`,
  );
  for (const [step, share] of Object.entries(result.shares))
    console.log(`${percent(share).padStart(6)}  ${step}`);
}

/** Writes the articles and, as text, the abstracts to a folder. */
function documentPaths(): string[] {
  const mirror = mirrorFolder();
  if (!mirror)
    throw new InputError(
      'FALCONFRAMES_MIRROR names no folder; the documents are made from the corpora there',
    );
  const first = (folder: string, ending: string, count: number) =>
    readdirSync(join(mirror, folder))
      .filter((name) => name.endsWith(ending))
      .sort()
      .slice(0, count)
      .map((name) => join(mirror, folder, name));
  return [...first('craft/nxml', '.nxml', ARTICLES), ...first('jnlpba/test', '.txt', ABSTRACTS)];
}

/** Times the command, start-up included. @param confined prefix of the command line, such as `taskset` with its options */
function timeCommand(
  paths: readonly string[],
  model: string,
  workers: number,
  confined: readonly string[] = [],
): { seconds: number; lines: string } {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-bench-'));
  const out = join(folder, 'entities.jsonl');
  const [program, ...options] = [
    ...confined,
    process.execPath,
    join(projectRoot, 'environment', 'falconframes.cjs'),
    ...['annotate', '--model', model, '--workers', String(workers), '--out', out, ...paths],
  ];
  const start = performance.now();
  const { status, stderr, error } = spawnSync(program, options, { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  const lines = readFileSync(out, 'utf8');
  rmSync(folder, { recursive: true });
  return { seconds, lines };
}

/** Measures each step's share of the total time, document by document in this thread. */
async function timeSteps(paths: readonly string[], model: string): Promise<Record<string, number>> {
  const configuration = readConfiguration(model);
  const tokenizer = new Tokenizer(model);
  const { score } = await openOnnxScorer(onnxFileOf(model, true), { threads: 1 });
  const outputs = outputNames(configuration).length;
  const ms: Record<string, number> = {};
  let last = performance.now();
  const lap = (step: string) => {
    const now = performance.now();
    ms[step] = (ms[step] ?? 0) + now - last;
    last = now;
  };
  for await (const source of openSources(listInputs(paths).files)) {
    const article = readArticle(source);
    lap('reading and sentence splitting');
    const encodings = await tokenizer.encode(article.sentences);
    lap('tokenization');
    const windows = encodings.map((encoded) => cutWindows(encoded, tokenizer, configuration.maximumLength));
    const scored = await score(windows.flat());
    lap('network');
    let next = 0;
    const parts = encodings.map((encoded, index) => {
      const own = scored.slice(next, next + windows[index].length);
      next += own.length;
      const logits = joinWindows(windows[index], own, outputs);
      const spans = decodeSpans(encoded, logits, configuration, configuration.threshold);
      return { text: article.sentences[index], spans };
    });
    lap('decoding');
    voteWithinArticle(parts, configuration);
    lap('article vote');
  }
  const total = Object.values(ms).reduce((sum, value) => sum + value, 0);
  return Object.fromEntries(Object.entries(ms).map(([step, value]) => [step, value / total]));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

main().catch((error: Error) => {
  console.error(`bench: ${error instanceof InputError ? error.message : error.stack}`);
  process.exit(1);
});
