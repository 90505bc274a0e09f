import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../foundation';

/**
 * Trains once per setting, one after another, for comparison alone: everything is written to `folder`, which is removed at the end.
 *
 * @param settings with the names that the progress shows
 * @param train is called with the setting, and with the folder of the model and the folder around it, where it may write what it trains on
 */
export async function trainInTurn<Setting extends { name: string }, Result>(
  folder: string,
  settings: readonly Setting[],
  train: (setting: Setting, out: string, around: string) => Promise<Result>,
  progress: Progress,
): Promise<Result[]> {
  const results: Result[] = [];
  try {
    mkdirSync(folder, { recursive: true });
    for (const setting of settings) {
      progress.update(results.length, settings.length, setting.name);
      results.push(await train(setting, join(folder, 'model'), folder));
      rmSync(join(folder, 'model'), { recursive: true, force: true });
    }
    progress.update(settings.length, settings.length);
  } finally {
    progress.end();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}
