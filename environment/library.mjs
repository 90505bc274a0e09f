// Step: the library in dist/, compiled from src/, the page for browsers, and the library's package name, so that notebooks can import
// from 'falconframes'.
import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { CommandError, run, SetupError } from './commands.mjs';
import { nodeModules, root } from './places.mjs';

const source = join(root, 'src');
const compiled = join(root, 'dist');
const mark = join(compiled, '.built');
const link = join(nodeModules, 'falconframes');

export const library = {
  name: 'library',
  needs: ['npm packages'],

  isDone: () =>
    existsSync(mark) &&
    readFileSync(mark, 'utf8') === hashOfSource() &&
    existsSync(link) &&
    readlinkSync(link) === '..',

  plan: () => 'compiling src/ to dist/',

  async work() {
    if (!existsSync(link)) {
      rmSync(`${link}.part`, { force: true });
      symlinkSync('..', `${link}.part`);
      renameSync(`${link}.part`, link);
    }
    // Loaded here: an installed copy, which imports this file and has the library compiled, lacks the page's builder.
    const { buildPage, pageTypeChecks } = await import('./page.mjs');
    const hash = hashOfSource();
    removeLeftovers();
    const compiler = join(nodeModules, 'typescript', 'bin', 'tsc');
    try {
      for (const check of [[compiler, '--project', root], ...pageTypeChecks])
        await run(process.execPath, check, { log: 'tsc' });
    } catch (error) {
      if (error instanceof CommandError) {
        throw new SetupError(`the library has type errors:\n${error.output.trim()}`);
      }
      throw error;
    }
    await buildPage();
    writeFileSync(mark, hash);
  },
};

/** Hashes what the library and the page are made from: the sources and settings. */
function hashOfSource() {
  const files = ['package-lock.json', 'tsconfig.json', join('environment', 'page.mjs')];
  for (const name of filesIn(source)) files.push(join('src', name));
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Removes compiled tests whose source is gone, which would still run. */
function removeLeftovers() {
  if (!existsSync(compiled)) return;
  for (const name of filesIn(compiled)) {
    if (name.startsWith(join('page', 'assets'))) continue;
    const stem = name.match(/^(.*?)(?:\.d\.ts|\.js)$/)?.[1];
    if (stem && !existsSync(join(source, `${stem}.ts`))) rmSync(join(compiled, name));
  }
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
