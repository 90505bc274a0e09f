// `node environment/pin-requirements.mjs`: writes into the requirement lists the checksums of all files in the package index for
// each version. To change a version, edit the list and run this. Requires uv on the path (`pip install uv`).
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.mjs';

// The oldest Python supported by each list; a separate environment may be newer.
const OLDEST_PYTHON = { 'requirements-bench.txt': '3.11' };

const folder = join(root, 'environment');
for (const name of readdirSync(folder).filter((name) => /^requirements.*\.txt$/.test(name))) {
  const file = join(folder, name);
  const comment = readFileSync(file, 'utf8').match(/^(?:#.*\n)*/)[0];
  const python = OLDEST_PYTHON[name] ?? '3.10';
  // All platforms and no dependencies: the lists name every package.
  const options = ['--universal', '--no-deps', '--generate-hashes', '--python-version', python];
  const quiet = ['--no-header', '--no-annotate', '--no-emit-index-url', '--quiet'];
  const pinned = execFileSync('uv', ['pip', 'compile', ...options, ...quiet, file], { encoding: 'utf8' });
  writeFileSync(file, comment + pinned);
}
