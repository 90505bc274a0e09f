import { join } from 'node:path';
import { type Progress, type Sentence, silentProgress, writeSentences } from '../foundation';
import { type FineTuning, fineTune } from '../training';
import type { Row } from '../visualization';
import { trainInTurn } from './in-turn';
import type { Run } from './run';

/**
 * Trains with the same settings on each of several sets of sentences, for comparison alone: no model is kept.
 *
 * @param sets by the name under which the table shows them
 * @returns one row per set: its size, the steps, and strict F1 on the dev sentences of the run (in percent), their mean and by class
 */
export function compareTrainingSets(
  { files, folder, seed }: Run,
  sets: Readonly<Record<string, readonly Sentence[]>>,
  options: Omit<FineTuning, 'train' | 'dev' | 'out'>,
  progress: Progress = silentProgress,
): Promise<Row[]> {
  return trainInTurn(
    join(folder, 'training-sets'),
    Object.entries(sets).map(([name, sentences]) => ({ name, sentences })),
    async ({ name, sentences }, out, around): Promise<Row> => {
      const train = join(around, 'train.jsonl');
      writeSentences(train, sentences);
      const report = await fineTune({ seed, ...options, train: [train], dev: [files.dev], out });
      const kept = report.rows.find((row) => row.kind === 'evaluation' && row.epoch === report.bestEpoch);
      const f1 = (kept?.kind === 'evaluation' && kept.f1) || {};
      return {
        'training sentences': name,
        'their number': sentences.length,
        steps: report.rows.filter(({ kind }) => kind === 'step').length,
        'mean F1 (%)': 100 * report.bestScore,
        ...Object.fromEntries(
          Object.entries(f1).map(([label, value]) => [`${label} (%)`, value === null ? null : 100 * value]),
        ),
      };
    },
    progress,
  );
}
