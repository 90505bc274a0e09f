/**
 * `npm run bench -- guidelines --out FOLDER [--variant NAME…] [--epochs N] [--seed N…] [--sentences N] [--json]`: one network for corpora
 * whose guidelines differ: strict span F1 on their dev parts with shared and with separate labels, with auxiliary ones, with weak names of cell lines,
 * with mutations in words. Every variant learns from the same sentences.
 *
 * Writes `dev.json` after each training and resumes a stopped one. `--sentences` limits each corpus, to try it out.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { showProgress, writeFileAtomically } from '../foundation';
import { fineTune, secondsOf } from '../training';
import { GUIDELINE_VARIANTS, guidelineTable, readGuidelineStudy, scoreGuidelines } from './guideline-study';
import { type Guidelines, guidelineOptions, writeGuidelineFiles } from './guidelines';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      variant: { type: 'string', multiple: true, default: Object.keys(GUIDELINE_VARIANTS) },
      epochs: { type: 'string', default: '2' },
      seed: { type: 'string', multiple: true, default: ['1'] },
      sentences: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { out, variant: names } = values;
  if (!out) throw new Error('give --out FOLDER');
  const unknown = names.find((name) => !Object.hasOwn(GUIDELINE_VARIANTS, name));
  if (unknown !== undefined)
    throw new Error(`"${unknown}" is no variant; choose of: ${Object.keys(GUIDELINE_VARIANTS).join('; ')}`);
  const epochs = Number(values.epochs);
  const limit = values.sentences === undefined ? undefined : Number(values.sentences);
  const path = join(out, 'dev.json');
  const rows = readGuidelineStudy(path);
  for (const seed of values.seed.map(Number))
    for (const variant of names) {
      if (rows.some((row) => row.variant === variant && row.seed === seed && row.epochs === epochs)) continue;
      const guidelines: Guidelines = GUIDELINE_VARIANTS[variant as keyof typeof GUIDELINE_VARIANTS];
      const folder = join(out, `${variant.replaceAll(' ', '-')}-${seed}-${epochs}`);
      const files = await writeGuidelineFiles(join(folder, 'data'), guidelines, { seed, limit });
      const model = join(folder, 'model');
      const { rows: logged } = await fineTune({
        ...{ train: [files.train], dev: [files.dev], out: model, seed, epochs },
        ...{ loss: 'cross_entropy', learningRate: 2e-4, batchSize: 32, averaging: 0.999 },
        ...guidelineOptions(guidelines),
        resume: existsSync(model),
        progress: showProgress(variant),
      });
      const trainingSeconds = secondsOf(logged.filter((row) => row.kind === 'step'));
      const scores = await scoreGuidelines(model, guidelines, 'dev', limit);
      rows.push({ variant, seed, epochs, trainingSeconds, part: 'dev', scores });
      writeFileAtomically(path, `${JSON.stringify({ rows })}\n`);
      console.error(`${variant}, seed ${seed}: ${trainingSeconds.toFixed(0)} s`);
    }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else console.table(guidelineTable(rows));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
