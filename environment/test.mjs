// `npm test`: sets up what is missing, then runs format and lint, types, unit tests, and the notebooks and studies on the
// sample.
//
// Every step runs, even after a failure; the status reports whether all passed. Tests skipped for lack of data are listed at the
// end.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setUp } from './setup.mjs';

// Without MLflow the tests that need its server are skipped.
await setUp({ optional: ['mlflow'] });
const { interruptedStatus, runInForeground } = await import('./commands.mjs');
const { nodeModules, root } = await import('./places.mjs');
const { seconds } = await import('./steps.mjs');

const scratch = mkdtempSync(join(tmpdir(), 'falconframes-test-'));
const tap = join(scratch, 'unit-tests.tap');
const biome = join(nodeModules, '@biomejs', 'biome', 'bin', 'biome');
// By default it also colours files and pipes.
const colors = process.stdout.isTTY ? [] : ['--colors=off'];
const failed = [];
const leftOut = [];

try {
  await step('format and lint', [biome, 'ci', '.', ...colors]);
  await step('unit tests', [
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tap}`,
    ...testFiles('dist', '.test.js'),
    ...testFiles('environment', '.test.mjs'),
  ]);
  if (hasNotebooks()) {
    const out = join(scratch, 'reproduce');
    const command = [join(root, 'environment', 'falconframes.cjs'), 'reproduce'];
    const smoke = ['--profile', 'smoke', '--data', 'sample', '--out'];
    await step('notebooks', [...command, ...smoke, out]);
    for (const study of studies())
      await step(`study ${study}`, [...command, '--study', study, ...smoke, join(scratch, study)]);
  } else {
    leftOut.push('the notebooks: notebooks/ has none');
  }
  const closing = existsSync(tap) ? readFileSync(tap, 'utf8').split('\n') : [];
  for (const line of closing) {
    const [told, reason] = line.split(' # SKIP');
    const skipped = reason !== undefined && told.match(/^\s*ok \d+ - (.*)$/);
    if (skipped) leftOut.push(`${skipped[1]}: ${reason.trim() || 'skipped'}`);
  }
  if (leftOut.length) console.log(`\nLeft out:\n${leftOut.map((line) => `  ${line}`).join('\n')}`);
  console.log(`\n${failed.length ? `Failed: ${failed.join(', ')}` : 'All steps passed'}`);
  console.log(closing.filter((line) => /^# (tests|pass|fail|cancelled|skipped) /.test(line)).join('\n'));
  process.exitCode = interruptedStatus() ?? (failed.length ? 1 : 0);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function step(name, args) {
  if (interruptedStatus()) return;
  console.log(`\n== ${name}`);
  const start = performance.now();
  const status = await runInForeground(process.execPath, args);
  if (status !== 0) failed.push(name);
  console.log(`== ${name} ${status === 0 ? 'passed' : 'FAILED'} (${seconds(start)})`);
}

function testFiles(folder, ending) {
  const names = readdirSync(join(root, folder), { recursive: true });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(root, folder, name));
}

/** Names of the studies that have a notebook: notebooks/studies/d_go_terms.ipynb is go-terms. */
function studies() {
  const folder = join(root, 'notebooks', 'studies');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ipynb')) : [];
  return names.map((name) => name.slice(2, -'.ipynb'.length).replaceAll('_', '-'));
}

function hasNotebooks() {
  const folder = join(root, 'notebooks');
  return existsSync(folder) && readdirSync(folder).some((name) => /^\d+_.*\.ipynb$/.test(name));
}
