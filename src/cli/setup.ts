import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { projectRoot } from '../foundation';

export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description('sets up what training needs: TensorFlow, the native addon, the pretrained encoder')
    .addHelpText(
      'after',
      `
Linux, with Python 3.10 to 3.13 and a C++ compiler. Does what is missing; run it as often as you like.
A copy that npm installed keeps it in ~/.cache/falconframes (FALCONFRAMES_CACHE moves it), the project in .falconframes and .venv.
Annotating needs none of it.

Example:
  npx falconframes setup`,
    )
    .action(async () => {
      const script = pathToFileURL(join(projectRoot, 'environment', 'setup.mjs')).href;
      const { setUp } = (await import(script)) as { setUp(): Promise<void> };
      await setUp();
    });
}
