/** The page's worker: loads models and annotates, so that the page itself always responds. */
import { InputError } from '../../foundation';
import { articleOfText, createAnnotator, type Entity } from '../../inference';
import type { Answer, Question } from '../messages';
import { readInput } from '../read-input';
import type { SiteData } from '../site-data';
import { type LoadedModel, loadModel } from './load-model';

/** Stops a run between two calls of the runtime. */
class Cancelled extends Error {}

interface Run {
  number: number;
  isCancelled: boolean;
  /** Sentences scored so far, of those that the text has; a long sentence takes several calls. */
  done: number;
  total: number;
}

const tell = (answer: Answer) => postMessage(answer);
const models = new Map<string, Promise<LoadedModel>>();
let site: SiteData;
let current: Run | undefined;
let previous: Promise<void> = Promise.resolve();

/** Milliseconds between messages about progress, and between looks for new messages from the page. */
const PAUSE = 40;
let lastPause = 0;

addEventListener('message', ({ data }: MessageEvent<Question | SiteData>) => {
  if (!('kind' in data)) {
    site = data;
    return;
  }
  if (current) current.isCancelled = true;
  if (data.kind === 'cancel') return;
  const run = { number: data.run, isCancelled: false, done: 0, total: 0 };
  current = run;
  previous = previous.then(() => answer(data, run));
});

async function answer(question: Question & { kind: 'annotate' }, run: Run): Promise<void> {
  try {
    await breathe(run);
    tell({ kind: 'result', run: run.number, ...(await annotate(question, run)) });
  } catch (error) {
    if (error instanceof Cancelled) tell({ kind: 'cancelled', run: run.number });
    else tell({ kind: 'refusal', run: run.number, message: messageOf(error) });
  }
}

async function annotate({ input, model, view }: Question & { kind: 'annotate' }, run: Run) {
  const read = await readInput(input);
  const { configuration, score, tokenizer, dispose } = await openModel(model, run);
  const annotator = createAnnotator({ configuration, score, tokenizer, view, dispose });
  await breathe(run);
  const start = performance.now();
  const article = articleOfText(read.id, read.text, read.place, annotator.readsWhole);
  run.total = article.sentences.length;
  const [found] = await annotator.annotateSentences([article.sentences]);
  const { id, entities } = JSON.parse(article.linesOf(found, 'utf16')) as { id: string; entities: Entity[] };
  const milliseconds = performance.now() - start;
  return { id, text: read.text, entities, sentences: article.sentences.length, milliseconds };
}

function openModel(name: string, run: Run): Promise<LoadedModel> {
  const model = site.models.find((one) => one.name === name)!;
  const loading =
    models.get(name) ??
    loadModel(model, site, beforeCall, (done) => {
      tell({ kind: 'progress', run: (current ?? run).number, step: 'loading', done, total: model.size });
    });
  models.set(name, loading);
  loading.catch(() => models.delete(name)); // the next run tries again
  return loading;
}

async function beforeCall(): Promise<void> {
  const run = running;
  if (!run) return;
  run.done++;
  if (performance.now() - lastPause > PAUSE) await breathe(run);
}

/** Lets messages of the page arrive, and stops if one of them cancels the run. */
async function breathe(run: Run): Promise<void> {
  running = run;
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
  lastPause = performance.now();
  if (run.isCancelled) throw new Cancelled();
  const { number, done, total } = run;
  if (total > 0)
    tell({ kind: 'progress', run: number, step: 'annotating', done: Math.min(done, total), total });
}

/** The run whose text is annotated at the moment; one cancelled earlier may still be ending. */
let running: Run | undefined;

function messageOf(error: unknown): string {
  if (error instanceof InputError) return error.message;
  console.error(error);
  return `This browser could not annotate the text (${error instanceof Error ? error.message : String(error)}); reload the page to try again`;
}
