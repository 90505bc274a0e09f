import { join } from 'node:path';
import { type Progress, silentProgress } from '../foundation';
import { fetchEncoder } from '../nn';
import { type FineTuning, fineTune, gridOf, type Space } from '../training';
import { trainInTurn } from './in-turn';
import type { Run } from './run';

/** One training of a grid: its values as text, the mean strict F1 on the dev sentences, and the speed. */
export interface GridRow {
  [parameter: string]: string | number;
  'dev F1': number;
  'tokens/s': number;
}

/**
 * Trains every combination of a grid on the sentences of the run, one after another, for comparison alone: no model is kept. An
 * encoder that is not there yet is downloaded.
 *
 * @param options settings of all trainings, and the `share` of the training sentences
 * @returns the best first
 */
export async function trainGrid(
  { files, folder, seed }: Run,
  space: Space,
  options: Omit<FineTuning, 'train' | 'dev' | 'out'>,
  progress: Progress = silentProgress,
): Promise<GridRow[]> {
  const grid = gridOf(space);
  // Before any training takes its time.
  for (const encoder of new Set(grid.map(({ encoder }) => encoder)))
    if (encoder !== undefined) await fetchEncoder(String(encoder));
  const rows = await trainInTurn(
    join(folder, 'grid'),
    grid.map((values) => ({ name: Object.values(values).join(', '), values })),
    async ({ values }, out): Promise<GridRow> => {
      const data = { train: [files.train], dev: [files.dev], out };
      const { bestScore, tokensPerSecond } = await fineTune({ seed, ...options, ...values, ...data });
      const shown = Object.entries(values).map(([name, value]) => [name, String(value)]);
      return {
        ...Object.fromEntries(shown),
        'dev F1': bestScore,
        'tokens/s': Math.round(tokensPerSecond),
      };
    },
    progress,
  );
  return rows.sort((one, other) => other['dev F1'] - one['dev F1']);
}
