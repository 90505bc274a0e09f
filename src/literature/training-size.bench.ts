/**
 * `npm run bench -- training-size --out FOLDER [--seed N…] [--json]`: what more sentences bring at equal training: MiniLM learns 600, 1,200
 * and 2,400 sentences of the gold corpora in the same number of steps, the fewer the more often each.
 *
 * The smaller sets are parts of the larger ones, all drawn from at most 1,200 each of JNLPBA, CRAFT, SETH and tmVar. Strict span F1 is that after the last step, on
 * 200 sentences from each dev part. Writes `training-size.json` after each training and resumes a stopped study.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCorpus, type Part } from '../corpora';
import {
  createRandom,
  InputError,
  type Sentence,
  showProgress,
  writeFileAtomically,
  writeSentences,
} from '../foundation';
import { sampleNegatives } from '../preprocessing';
import { fineTune } from '../training';
import { trainInTurn } from './in-turn';
import { readTrainingSizes, type SizedRun } from './search-study';
import { LITERATURE_VIEW } from './views';

const SIZES = [600, 1200, 2400];
const CORPORA = ['jnlpba', 'craft', 'seth', 'tmvar'] as const;
const TRAIN_SENTENCES = 1200;
const DEV_SENTENCES = 200;
/** Epochs of the largest set. */
const EPOCHS = 2;
/** The draw of the sentences, which the seeds of the trainings do not change. */
const DRAW = 1;

/** At most that many sentences from each corpus, in random order. */
async function draw(
  part: Part,
  perCorpus: number,
  negatives = Number.POSITIVE_INFINITY,
): Promise<Sentence[]> {
  const random = createRandom(DRAW);
  const drawn: Sentence[] = [];
  for (const corpus of CORPORA) {
    const { sentences } = await loadCorpus(corpus, part, LITERATURE_VIEW);
    const chosen = Number.isFinite(negatives) ? sampleNegatives(sentences, negatives, DRAW) : sentences;
    drawn.push(...random.shuffle(chosen).slice(0, perCorpus));
  }
  return random.shuffle(drawn);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      seed: { type: 'string', multiple: true, default: ['1', '2', '3'] },
      json: { type: 'boolean' },
    },
  });
  const { out } = values;
  if (!out) throw new InputError('--out is missing; name a folder for training-size.json');
  const path = join(out, 'training-size.json');
  const rows: SizedRun[] = readTrainingSizes(path);
  const train = await draw('train', TRAIN_SENTENCES, 0.5);
  const dev = await draw('dev', DEV_SENTENCES);
  const left = values.seed
    .flatMap((seed) => SIZES.map((sentences) => ({ seed: Number(seed), sentences })))
    .filter((own) => !rows.some((row) => row.seed === own.seed && row.sentences === own.sentences));
  await trainInTurn(
    join(out, 'trained'),
    left.map((own) => ({ name: `${own.sentences} sentences, seed ${own.seed}`, ...own })),
    async ({ seed, sentences }, folder, around) => {
      const files = { train: join(around, 'train.jsonl'), dev: join(around, 'dev.jsonl') };
      writeSentences(files.train, train.slice(0, sentences));
      writeSentences(files.dev, dev);
      const { rows: logged } = await fineTune({
        ...{ train: [files.train], dev: [files.dev], out: folder, seed },
        ...{ loss: 'cross_entropy', learningRate: 2e-4, batchSize: 16, maximumLength: 128 },
        epochs: (EPOCHS * Math.max(...SIZES)) / sentences,
      });
      const last = logged.findLast((row) => row.kind === 'evaluation');
      if (last?.kind !== 'evaluation' || !last.f1) throw new Error('the training was not evaluated');
      rows.push({ sentences, seed, steps: last.step, f1: last.f1 });
      writeFileAtomically(path, `${JSON.stringify({ rows }, null, 1)}\n`);
    },
    showProgress('Training'),
  );
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else console.table(rows.map(({ f1, ...row }) => ({ ...row, ...f1 })));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
