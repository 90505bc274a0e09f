import { join } from 'node:path';
import { type DistillationConfiguration, type DistillationOptions, distil } from '../compression';
import { createRandom, type Progress, readSentences, silentProgress, writeSentences } from '../foundation';
import type { Curve } from '../visualization';
import { trainInTurn } from './in-turn';
import type { Run } from './run';

/**
 * Distils the run's trimmed model into its pruned one once per lesson, such as the labels alone, for comparison: no model is kept. All lessons
 * have the same sentences, steps and seed.
 *
 * @param lessons options that differ, by the name of the lesson
 * @param share of the run's training sentences, drawn with the seed
 * @returns for each lesson mean strict F1 on dev (in percent) after each epoch
 */
export function compareLessons(
  { files, folder, seed }: Run,
  configuration: DistillationConfiguration,
  lessons: Readonly<Record<string, Partial<DistillationOptions>>>,
  share: number,
  progress: Progress = silentProgress,
): Promise<Curve[]> {
  const all = readSentences(files.train);
  const drawn = createRandom(seed)
    .shuffle(all)
    .slice(0, Math.ceil(share * all.length));
  return trainInTurn(
    join(folder, 'lessons'),
    Object.entries(lessons).map(([name, options]) => ({ name, options })),
    async ({ name, options }, out, around): Promise<Curve> => {
      const train = join(around, 'train.jsonl');
      writeSentences(train, drawn);
      const distillation = { ...configuration.distillation, ...options };
      const { rows } = await distil({
        ...{ teacher: files.trimmed, folder: out, place: 'the comparison of lessons' },
        configuration: { ...configuration, train: [train], distillation },
      });
      const points = rows.flatMap((row) =>
        row.kind === 'evaluation' ? [{ x: row.epoch, value: 100 * row.score }] : [],
      );
      return { name, points };
    },
    progress,
  );
}
