/** The page: what the user gives goes to the worker; what it finds is shown, filtered and exported. */
import { normalizedId } from '../../collection';
import type { Entity } from '../../inference';
import { labelsInView, OWN_LABELS } from '../../tasks';
import { type AnnotatedText, OUTPUT_FORMATS } from '../formats';
import type { Annotated, Answer, PageInput, Question } from '../messages';
import { LARGEST_FILE, tooLarge } from '../read-input';
import type { SiteData } from '../site-data';
import { choices } from './choices';
import { element } from './element';
import { fetchArticle } from './europe-pmc';
import { labelStyles } from './label-style';
import { SAMPLE } from './sample';
import { showAnnotated } from './show-annotated';
import { showClasses } from './show-classes';
import { showMentions } from './show-mentions';

const site = JSON.parse(element('site').textContent) as SiteData;
const worker = new Worker('worker.js', { type: 'module' });
worker.postMessage(site);

/** What is annotated now, and how. */
let input: PageInput = { kind: 'text', text: SAMPLE };
let model = site.models[0];
const viewNames = () => Object.keys(model.configuration.views ?? { [OWN_LABELS]: [] });
let view = viewNames()[0];
let run = 0;
/** What was found last, in which view, and what of it is shown. */
let annotated: Annotated = { id: '-', text: '', entities: [], sentences: 0, milliseconds: 0 };
let annotatedView = view;
const hiddenClasses = new Set<string>();
let leastScore = 0;
let format: keyof typeof OUTPUT_FORMATS = 'jsonl';

const result = element('result');
const text = element<HTMLTextAreaElement>('text');
const status = element('status');
const progress = element<HTMLProgressElement>('progress');
const problem = element('problem');
const cancel = element<HTMLButtonElement>('cancel');

/** A class keeps its colour in every view that has it. */
const styles = () =>
  labelStyles([...new Set(viewNames().flatMap((name) => labelsInView(model.configuration, name)))]);
const shown = (): Entity[] =>
  annotated.entities.filter(({ label, score }) => !hiddenClasses.has(label) && score >= leastScore);

function annotate(): void {
  run++;
  begin();
  const question: Question = { kind: 'annotate', run, input, model: model.name, view };
  worker.postMessage(question);
}

worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
  if (data.run !== run) return;
  switch (data.kind) {
    case 'progress':
      cancel.hidden = progress.hidden = false;
      progress.max = data.total;
      progress.value = data.done;
      say(
        data.step === 'loading'
          ? `Loading the model: ${megabytes(data.done)} of ${megabytes(data.total)}`
          : `${count(data.done)} of ${count(data.total)} sentences`,
      );
      break;
    case 'result':
      annotated = data;
      annotatedView = view;
      show();
      end(summaryOf(data));
      // On a phone the result of a file is below what was touched.
      if (input.kind !== 'text' && result.getBoundingClientRect().top > innerHeight) result.scrollIntoView();
      break;
    case 'timing':
      annotated.milliseconds = data.milliseconds;
      say(summaryOf(annotated));
      break;
    case 'refusal':
      refuse(data.message);
      break;
    case 'cancelled':
      end('Cancelled; what was found before is still shown');
  }
});
worker.addEventListener('error', ({ message }) =>
  refuse(`The page's worker failed (${message}); reload the page`),
);

const count = (number: number) => number.toLocaleString('en');
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function summaryOf({ entities, sentences, milliseconds }: Annotated): string {
  const found = `${count(entities.length)} ${entities.length === 1 ? 'mention' : 'mentions'} in ${count(sentences)} ${sentences === 1 ? 'sentence' : 'sentences'}`;
  const time =
    milliseconds < 10_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
  return `${found} · ${time} · ${count(Math.round((1000 * sentences) / Math.max(milliseconds, 1)))} sentences/s`;
}

function say(message: string): void {
  if (status.textContent !== message) status.textContent = message;
}

/** From now on until `end`, what is shown is that of before. */
function begin(): void {
  problem.hidden = true;
  result.ariaBusy = 'true';
}

function end(message: string): void {
  cancel.hidden = progress.hidden = true;
  result.ariaBusy = 'false';
  say(message);
}

function refuse(message: string): void {
  problem.textContent = message;
  problem.hidden = false;
  end(annotated.text === '' ? '' : 'What was found before is still shown');
}

function show(): void {
  const entities = shown();
  const labels = labelsInView(model.configuration, annotatedView);
  showClasses(labels, styles(), annotated.entities, leastScore, hiddenClasses, show);
  const goTo = showAnnotated(annotated.text, entities, styles());
  showMentions(entities, styles(), goTo);
  element('exported').textContent = '';
}

/** Milliseconds without a key after which a text is annotated. */
const PAUSE = 250;
let typing: ReturnType<typeof setTimeout> | undefined;

text.addEventListener('input', () => {
  begin();
  clearTimeout(typing);
  typing = setTimeout(() => {
    input = { kind: 'text', text: text.value };
    annotate();
  }, PAUSE);
});

/** Annotates a file or article, and shows its name in place of the text. */
function give(other: PageInput & { kind: 'file' | 'pmc' }): void {
  clearTimeout(typing);
  input = other;
  text.hidden = true;
  element('origin').hidden = false;
  element('origin-name').textContent = other.kind === 'file' ? other.name : other.id;
  element('origin-size').textContent = `${count(Math.ceil(other.content.byteLength / 1000))} kB`;
  annotate();
}

element('back').addEventListener('click', () => {
  text.hidden = false;
  element('origin').hidden = true;
  input = { kind: 'text', text: text.value };
  text.focus();
  annotate();
});

async function open(file: File | undefined): Promise<void> {
  if (!file) return;
  if (file.size > LARGEST_FILE) return refuse(tooLarge(file.name));
  begin();
  const content = await file.arrayBuffer().catch(() => undefined);
  if (content) give({ kind: 'file', name: file.name, content });
  else refuse(`${file.name}: cannot be read; check that it is a file, and open it again`);
}

element<HTMLInputElement>('file').addEventListener('change', ({ target }) => {
  const chosen = target as HTMLInputElement;
  open(chosen.files?.[0]);
  chosen.value = ''; // the same file may be opened again
});

const drop = element('drop');
addEventListener('dragover', (event) => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  drop.hidden = false;
});
addEventListener('dragleave', ({ relatedTarget }) => {
  if (relatedTarget === null) drop.hidden = true;
});
addEventListener('drop', (event) => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  drop.hidden = true;
  if (event.dataTransfer.files.length > 1)
    refuse('Drop one file at a time; `falconframes annotate` reads whole folders');
  else open(event.dataTransfer.files[0]);
});

element('fetch').addEventListener('submit', async (event) => {
  event.preventDefault();
  const written = element<HTMLInputElement>('pmcid').value.trim();
  const id = normalizedId(/^\d+$/.test(written) ? `PMC${written}` : written);
  if (!id?.startsWith('PMC')) {
    refuse(`"${written}" is not the id of an article in PubMed Central; write one such as PMC3320746`);
    return;
  }
  begin();
  say(`Fetching ${id} from Europe PMC`);
  const before = input;
  const answer = await fetchArticle(id);
  if (input !== before) return; // the user has given something else meanwhile
  if (typeof answer === 'string') refuse(answer);
  else give({ kind: 'pmc', id, content: answer });
});

cancel.addEventListener('click', () => worker.postMessage({ kind: 'cancel' } satisfies Question));

element<HTMLInputElement>('score').addEventListener('input', ({ target }) => {
  leastScore = Number((target as HTMLInputElement).value);
  element('score-value').textContent = leastScore.toFixed(2);
  show();
});

function showSettings(): void {
  choices(
    element('models'),
    site.models.map(({ name, size }) => ({ value: name, title: name, note: megabytes(size) })),
    model.name,
    (name) => {
      model = site.models.find((one) => one.name === name)!;
      annotate();
    },
  );
  choices(
    element('views'),
    viewNames().map((name) => ({ value: name, title: name })),
    view,
    (name) => {
      view = name;
      annotate();
    },
  );
  choices(
    element('formats'),
    Object.entries(OUTPUT_FORMATS).map(([name, { title }]) => ({ value: name, title })),
    format,
    (name) => {
      format = name as keyof typeof OUTPUT_FORMATS;
    },
  );
}

const exported = (): AnnotatedText => ({ ...annotated, entities: shown() });

function told(message: string): void {
  element('exported').textContent = message;
}

element('copy').addEventListener('click', async () => {
  const written = OUTPUT_FORMATS[format].write(exported());
  const isCopied = await navigator.clipboard?.writeText(written).then(
    () => true,
    () => false,
  );
  told(
    isCopied
      ? `Copied ${count(shown().length)} mentions`
      : 'This browser does not let the page copy; download instead',
  );
});

element('download').addEventListener('click', () => {
  const { extension, type, write } = OUTPUT_FORMATS[format];
  save(write(exported()), extension, type);
});

element('download-text').addEventListener('click', () => save(annotated.text, 'txt', 'text/plain'));

function save(content: string, extension: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  link.download = `${annotated.id === '-' ? 'text' : annotated.id}.${extension}`;
  link.click();
  URL.revokeObjectURL(link.href);
  told(`Saved ${link.download}`);
}

text.value = SAMPLE;
showSettings();
show();
say('Loading the model');
annotate();

// Only https and this machine may keep the page for later.
navigator.serviceWorker?.register('service-worker.js').catch(() => undefined);
