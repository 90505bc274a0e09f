import { join } from 'node:path';
import {
  completeDistillation,
  type DistillationConfiguration,
  type DistillationOptions,
  distil,
} from '../compression';
import { type Progress, silentProgress } from '../foundation';
import type { Curve } from '../visualization';
import { trainInTurn } from './in-turn';
import type { Run } from './run';

/**
 * Distils the run's trimmed model into its pruned one once per lesson, such as the labels alone, for comparison: no model is kept. All lessons
 * have the same sentences, steps and seed.
 *
 * @param lessons options that differ, by the name of the lesson
 * @returns for each lesson mean strict F1 on dev (in percent) after each epoch
 */
export function compareLessons(
  { files, folder }: Run,
  configuration: DistillationConfiguration,
  lessons: Readonly<Record<string, Partial<DistillationOptions>>>,
  progress: Progress = silentProgress,
): Promise<Curve[]> {
  const place = 'the comparison of lessons';
  const named = Object.entries(lessons).map(([name, options]) => [name, { name, options }] as const);
  return trainInTurn(
    join(folder, 'lessons'),
    named,
    async ({ name, options }, out): Promise<Curve> => {
      const distillation = completeDistillation({ ...configuration.distillation, ...options }, place);
      const { rows } = await distil({
        ...{ teacher: files.trimmed, folder: out, place },
        configuration: { ...configuration, distillation },
      });
      const points = rows.flatMap((row) =>
        row.kind === 'evaluation' ? [{ x: row.epoch, value: 100 * row.score }] : [],
      );
      return { name, points };
    },
    progress,
  );
}
