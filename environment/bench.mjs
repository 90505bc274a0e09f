// `npm run bench -- NAME [--json]`: builds, then runs the benchmark `src/*/NAME.bench.ts`; with --help, shows its header.
//
// A benchmark prints its measurements as a table, or with --json as one JSON value; its header documents the method.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setUp } from './setup.mjs';

const ENDING = '.bench.js';
const [name, ...options] = process.argv.slice(2);
// Standard output is reserved for the benchmark.
await setUp({ say: console.error });
const { runInForeground } = await import('./commands.mjs');
const { root } = await import('./places.mjs');

const files = readdirSync(join(root, 'dist'), { recursive: true }).filter((file) => file.endsWith(ENDING));
const file = files.find((file) => basename(file, ENDING) === name);
if (file && options.some((option) => option === '--help' || option === '-h')) console.log(headerOf(file));
else if (file)
  process.exitCode = await runInForeground(process.execPath, [join(root, 'dist', file), ...options]);
else {
  const names = files.map((file) => basename(file, ENDING)).sort();
  console.error(
    `bench: ${name ? `"${name}" is not a benchmark` : 'the name of a benchmark is missing'}; choose one of: ${names.join(', ')}`,
  );
  process.exitCode = 1;
}

/** The comment in which a benchmark documents its method and options. */
function headerOf(file) {
  const text = readFileSync(join(root, 'dist', file), 'utf8');
  const header = text.slice(text.indexOf('/**\n') + 4, text.indexOf('\n */'));
  return header.replaceAll(/^ \* ?/gm, '');
}
