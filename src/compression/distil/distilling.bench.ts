/**
 * `npm run bench -- distilling --teacher FOLDER --student FOLDER --train FILE… --test FILE… [--sentences N] [--test-sentences N]
 * [--epochs N] [--json]`: what each part of the distillation loss contributes, alone and combined.
 *
 * All students start from the same folder, such as the pruned teacher, and train on the same sentences (6,000, sampled with the seed; a
 * tenth of them selects the epoch) for the same number of epochs (2). All are scored on the same test sentences (1,600, equally many per file).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom, readSentences, writeSentences } from '../../foundation';
import { readConfiguration } from '../../nn';
import { DEFAULT_TRAINING } from '../../training';
import { scoreFolder } from '../score-folder';
import { distil } from './distil';
import { DEFAULT_DISTILLATION, type DistillationOptions } from './options';

const SEED = 1;
const loss = 'cross_entropy' as const;

/** Weights of the parts of the loss. Hidden states are those of all layers (TinyBERT), relations of the last (MiniLM v2). */
const LESSONS: Record<string, Partial<DistillationOptions>> = {
  'labels alone': { softWeight: 0, hardWeight: 1 },
  'soft targets': { softWeight: 1, hardWeight: 0.3 },
  'hidden states': { softWeight: 0, hardWeight: 1, hiddenWeight: 1, matching: 'all' },
  relations: { softWeight: 0, hardWeight: 1, relationWeight: 1 },
  'soft targets, hidden states': { softWeight: 1, hardWeight: 0.3, hiddenWeight: 1, matching: 'all' },
  'soft targets, relations': { softWeight: 1, hardWeight: 0.3, relationWeight: 1 },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      teacher: { type: 'string' },
      student: { type: 'string' },
      train: { type: 'string', multiple: true },
      test: { type: 'string', multiple: true },
      sentences: { type: 'string', default: '6000' },
      'test-sentences': { type: 'string', default: '1600' },
      epochs: { type: 'string', default: '2' },
      json: { type: 'boolean' },
    },
  });
  const { teacher, student, train, test } = values;
  if (!teacher || !student || !train || !test)
    throw new Error(
      'give --teacher FOLDER, --student FOLDER, --train FILE and --test FILE (each as often as needed)',
    );
  const drawn = createRandom(SEED).shuffle(train.flatMap(readSentences)).slice(0, Number(values.sentences));
  const each = Math.ceil(Number(values['test-sentences']) / test.length);
  const gold = test.flatMap((file) => createRandom(SEED).shuffle(readSentences(file)).slice(0, each));
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-distilling-'));
  const files = { train: join(scratch, 'train.jsonl'), dev: join(scratch, 'dev.jsonl') };
  const held = Math.ceil(drawn.length / 10);
  writeSentences(files.dev, drawn.slice(0, held));
  writeSentences(files.train, drawn.slice(held));
  const { encoder, maximumLength } = readConfiguration(student);
  const rows = [];
  try {
    for (const [name, weights] of Object.entries(LESSONS)) {
      const folder = join(scratch, 'taught');
      const report = await distil({
        teacher: resolve(teacher),
        configuration: {
          ...{ ...DEFAULT_TRAINING, train: [files.train], dev: [files.dev], maximumLength, loss, seed: SEED },
          ...{ epochs: Number(values.epochs), batchSize: 32, learningRate: 5e-4 },
          distillation: {
            ...{ ...DEFAULT_DISTILLATION, relationHeads: encoder.attentionHeads, ...weights },
            student: resolve(student),
          },
        },
        place: 'the benchmark',
        folder,
      });
      const { meanF1 } = await scoreFolder(folder, gold);
      rows.push({ 'learned from': name, 'mean strict F1': meanF1, 'tokens/s': report.tokensPerSecond });
      console.error(`${name}: ${meanF1?.toFixed(3)}`);
      rmSync(folder, { recursive: true });
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else console.table(rows);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
