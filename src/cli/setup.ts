import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { projectRoot } from '../foundation';

export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description('install what training needs: TensorFlow, the native addon, the pretrained encoder')
    .addHelpText(
      'after',
      `
Requires Linux, Python 3.10 to 3.13 and a C++ compiler. Installs only what is missing, so it can be run repeatedly.
Files go to ~/.cache/falconframes (or FALCONFRAMES_CACHE) for the npm package, and to .falconframes and .venv in the project.
Annotating needs none of this.

Example:
  npx falconframes setup`,
    )
    .action(async () => {
      const script = pathToFileURL(join(projectRoot, 'environment', 'setup.mjs')).href;
      const { setUp } = (await import(script)) as { setUp(): Promise<void> };
      await setUp();
    });
}
