// `npm pack` and `npm publish`: rebuilds dist/ from src/, the page included, so that nothing stale is packed.
//
// npm skips scripts if `ignore-scripts` is set, as in this .npmrc; enable them with `npm pack --ignore-scripts=false`.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModules, root } from './places.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiler = join(nodeModules, 'typescript', 'bin', 'tsc');
const run = (args) => execFileSync(process.execPath, args, { stdio: 'inherit' });
run([compiler, '--project', root]);
run([join(root, 'environment', 'page.mjs')]);
