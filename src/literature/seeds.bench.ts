/**
 * `npm run bench -- seeds --run FOLDER --out FOLDER [--seed N…]`: how much the model of notebook 3 varies with its seed. Trains on the
 * sentences of a run of the notebooks (notebooks 1 and 2 are enough) as notebook 3 does, once with each seed, chooses thresholds by dev, and scores the test
 * sentences of each corpus. Writes `seeds.json` after each training and resumes a stopped study.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { byLabel, InputError, showProgress, writeFileAtomically } from '../foundation';
import { tuneThresholds } from '../inference';
import { TokenClassifier } from '../nn';
import { evaluate } from '../tasks';
import { Tokenizer } from '../tokenization';
import { DEFAULT_TRAINING, fineTuneFiles } from '../training';
import { readRunSentences } from './gather';
import { trainInTurn } from './in-turn';
import { variationsOf } from './profiles';
import { currentRun } from './run';
import { readSeeds, type SeedRun } from './search-study';
import { ENTITY_CLASSES } from './views';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      run: { type: 'string' },
      out: { type: 'string' },
      seed: { type: 'string', multiple: true, default: ['1', '2', '3', '4', '5'] },
    },
  });
  const { out } = values;
  if (!out || !values.run)
    throw new InputError('--run or --out is missing; name the folder of a run, and one for seeds.json');
  const run = currentRun({ ...process.env, FALCONFRAMES_OUT: values.run });
  const { profile, files } = run;
  const { dev, test } = readRunSentences(run);
  const path = join(out, 'seeds.json');
  const rows = readSeeds(path);
  const left = values.seed.map(Number).filter((seed) => !rows.some((row) => row.seed === seed));
  await trainInTurn(
    join(out, 'trained'),
    left.map((seed) => ({ name: `seed ${seed}`, seed })),
    async ({ seed }, folder) => {
      const { training, maximumLength } = profile;
      const data = { train: [files.train], dev: [files.dev] };
      const settings = {
        ...DEFAULT_TRAINING,
        ...training,
        ...variationsOf(profile),
        ...data,
        maximumLength,
        seed,
      };
      await fineTuneFiles(
        { ...settings, labels: [...ENTITY_CLASSES] },
        { folder, place: 'the study of seeds' },
      );
      await tuneThresholds(folder, [dev]);
      const model = TokenClassifier.load(folder);
      const f1: SeedRun['f1'] = {};
      try {
        for (const [corpus, sentences] of Object.entries(test)) {
          const { spans } = await evaluate(
            sentences,
            new Tokenizer(folder),
            model.score,
            model.configuration,
          );
          const marked = Object.keys(spans).filter((label) => spans[label].support > 0);
          f1[corpus] = byLabel(marked, (label) => spans[label].f1 ?? 0);
        }
      } finally {
        model.dispose();
      }
      rows.push({ seed, f1 });
      writeFileAtomically(path, `${JSON.stringify({ rows }, null, 1)}\n`);
    },
    showProgress('Training'),
  );
  console.log(JSON.stringify(rows, null, 2));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
