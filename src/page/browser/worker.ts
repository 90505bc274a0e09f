/** The page's worker: loads models and annotates, so that the page itself always responds; by another name, a helper that scores for it. */
import { InputError } from '../../foundation';
import { type Annotator, articleOfText, createAnnotator, type Entity } from '../../inference';
import type { Annotated, Answer, Question } from '../messages';
import { type ReadInput, readInput } from '../read-input';
import type { SiteData } from '../site-data';
import { type LoadedModel, loadModel } from './load-model';
import { answerAsScorer, SCORER } from './scorers';

interface Run {
  number: number;
  isCancelled: boolean;
  /** Calls of the runtime so far, one for each window; `total` is the number of sentences, few of which need more than one. */
  calls: number;
  total: number;
  /** Whether it is only repeated to warm up. */
  isSilent: boolean;
}

const tell = (answer: Answer) => postMessage(answer);
const models = new Map<string, Promise<LoadedModel>>();
/** Models whose WebAssembly the browser has optimized by now. */
const warm = new Set<LoadedModel>();
let site: SiteData;
/** The run asked for last, and the one at work, which may be ending after it was cancelled. */
let latest: Run | undefined;
let atWork: Run | undefined;
let previous: Promise<void> = Promise.resolve();

/** Milliseconds between looks for new messages from the page, with a report on progress each time. */
const PAUSE = 40;
let lastPause = 0;

if (self.name === SCORER) answerAsScorer();
else addEventListener('message', receive);

function receive({ data }: MessageEvent<Question | SiteData>): void {
  if (!('kind' in data)) {
    site = data;
    return;
  }
  if (latest) latest.isCancelled = true;
  if (data.kind === 'cancel') return;
  const run = { number: data.run, isCancelled: false, calls: 0, total: 0, isSilent: false };
  latest = run;
  previous = previous.then(() => answer(data, run));
}

async function answer(
  { input, model: name, view }: Question & { kind: 'annotate' },
  run: Run,
): Promise<void> {
  atWork = run;
  let isAnswered = false;
  try {
    await breathe(run);
    const read = await readInput(input);
    const model = await openModel(name);
    await breathe(run);
    const annotator = createAnnotator({ ...model, view });
    const result = await annotate(read, annotator, run);
    tell({ kind: 'result', run: run.number, ...result });
    isAnswered = true;
    const milliseconds = await warmUp(model, result.milliseconds, () => annotate(read, annotator, run), run);
    if (milliseconds !== undefined) tell({ kind: 'timing', run: run.number, milliseconds });
  } catch (error) {
    // The scorer reports what stops it as its own failure.
    if (!run.isCancelled) tell({ kind: 'refusal', run: run.number, message: messageOf(error) });
    else if (!isAnswered) tell({ kind: 'cancelled', run: run.number });
  }
}

async function annotate({ id, text, place }: ReadInput, annotator: Annotator, run: Run): Promise<Annotated> {
  const start = performance.now();
  const article = articleOfText(id, text, place, annotator.readsWhole);
  run.calls = 0;
  run.total = article.sentences.length;
  const [found] = await annotator.annotateSentences([article.sentences]);
  const { entities } = JSON.parse(article.linesOf(found, 'utf16')) as { entities: Entity[] };
  return { id, text, entities, sentences: run.total, milliseconds: performance.now() - start };
}

/** Repetitions, and milliseconds of work, after which browsers have optimized what runs most. */
const WARM_UP = { repetitions: 20, milliseconds: 3_000 };

/**
 * Annotates a text again for a while if the model has just been loaded: browsers first run WebAssembly in a form that is compiled fast
 * and runs a tenth as fast.
 *
 * @param first milliseconds that the text took
 * @returns the milliseconds of the last time; undefined if there was none
 */
async function warmUp(
  model: LoadedModel,
  first: number,
  again: () => Promise<Annotated>,
  run: Run,
): Promise<number | undefined> {
  if (warm.has(model)) return undefined;
  const end = performance.now() + WARM_UP.milliseconds - first;
  run.isSilent = true;
  let milliseconds: number | undefined;
  for (let round = 0; round < WARM_UP.repetitions && performance.now() < end; round++) {
    milliseconds = (await again()).milliseconds;
    await breathe(run);
  }
  warm.add(model);
  return milliseconds;
}

function openModel(name: string): Promise<LoadedModel> {
  const model = site.models.find((one) => one.name === name)!;
  const onBytes = (done: number) => {
    if (latest) tell({ kind: 'progress', run: latest.number, step: 'loading', done, total: model.size });
  };
  const loading = models.get(name) ?? loadModel(model, site, { beforeCall, onHelped, onBytes });
  models.set(name, loading);
  loading.catch(() => models.delete(name)); // the next run tries again
  return loading;
}

function onHelped(windows: number): void {
  if (atWork) atWork.calls += windows;
}

async function beforeCall(): Promise<void> {
  if (!atWork) return;
  atWork.calls++;
  if (performance.now() - lastPause > PAUSE) await breathe(atWork);
}

/** Lets messages of the page arrive, and stops if one of them cancels the run. */
async function breathe(run: Run): Promise<void> {
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
  lastPause = performance.now();
  if (run.isCancelled) throw new Error('cancelled');
  const { number, calls, total, isSilent } = run;
  if (total > 0 && !isSilent)
    tell({ kind: 'progress', run: number, step: 'annotating', done: Math.min(calls, total), total });
}

function messageOf(error: unknown): string {
  if (error instanceof InputError) return error.message;
  console.error(error);
  return `This browser could not annotate the text (${error instanceof Error ? error.message : String(error)}); reload the page to try again`;
}
