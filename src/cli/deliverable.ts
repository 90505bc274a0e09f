import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { checkOutputFile, counted, InputError, projectRoot } from '../foundation';
import { formatTable, notice, printResult } from './output';

interface Options {
  name?: string;
  out?: string;
  check?: string;
  json?: boolean;
}

/** What environment/deliverable/index.mjs exports. */
interface Deliverable {
  checkName(name: string): void;
  makeDeliverable(name: string, out: string, say: (what: string) => void): Promise<Made>;
  checkDeliverable(file: string, say: (what: string) => void): Promise<Checked>;
}

interface Made {
  out: string;
  files: number;
  bytes: number;
  sha256: string;
  commit: string;
  changed: string[];
}

interface Checked {
  files: number;
  steps: { step: string; seconds: number }[];
}

export function registerDeliverable(program: Command): void {
  program
    .command('deliverable')
    .description(
      'pack executed notebooks, their HTML copies, source, data manifest and models into one zip for a reviewer',
    )
    .option('--name <first_last>', 'your name, which the zip and its folder bear')
    .option('--out <file>', 'the zip (default: first_last.zip in this folder)')
    .option(
      '--check <file>',
      'unpack a deliverable into an empty temporary folder and try it there: install, annotate, set up, run the notebooks on the sample',
    )
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      `
Takes the files that git tracks, as they are now, so it needs a clone of the repository, its set-up (\`npm run setup\`), and notebooks that
were executed. The same files give the same bytes. Stops if a file names a path of this machine, a password or a key, and says where;
or if the zip has more than 25 MB.

Examples:
  npx falconframes deliverable --name ada_lovelace
  npx falconframes deliverable --check ada_lovelace.zip`,
    )
    .action(deliverable);
}

async function deliverable({ name, out, check, ...options }: Options): Promise<void> {
  if ((name === undefined) === (check === undefined))
    throw new InputError('deliverable needs either --name FIRST_LAST, to make one, or --check FILE');
  if (check !== undefined) {
    if (out !== undefined) throw new InputError('--out belongs to --name; --check writes no file');
    if (!existsSync(check)) throw new InputError(`${check}: there is no such file; check the path`);
    const checked = await (await load()).checkDeliverable(check, notice);
    printResult(checked, options, () =>
      [
        formatTable(
          ['step', 'seconds'],
          checked.steps.map(({ step, seconds }) => [step, seconds]),
        ),
        `\n${check}: ${counted(checked.files, 'file')}, all as packed; every step passed`,
      ].join('\n'),
    );
    return;
  }
  const { checkName, makeDeliverable } = await load();
  checkName(name as string);
  const target = resolve(out ?? `${name}.zip`);
  checkOutputFile(target);
  const made = await makeDeliverable(name as string, target, notice);
  printResult(
    made,
    options,
    () =>
      `${made.out}: ${counted(made.files, 'file')}, ${(made.bytes / 1e6).toFixed(1)} MB, SHA-256 ${made.sha256}`,
  );
}

/** @throws InputError in a copy from npm, which lacks the script along with the notebooks and sources that it packs */
async function load(): Promise<Deliverable> {
  const script = join(projectRoot, 'environment', 'deliverable', 'index.mjs');
  if (!existsSync(script))
    throw new InputError(
      'this copy of FalconFrames was installed by npm, without the notebooks, sources and tests that a deliverable holds; run the command in a clone of the repository',
    );
  try {
    return (await import(pathToFileURL(script).href)) as Deliverable;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new InputError(
      `the deliverable needs the project's development packages (${message.split(' imported')[0]}); run \`npm run setup\` first`,
    );
  }
}
