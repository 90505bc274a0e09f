// The notebook for Colab and Kaggle: its cells are Python, and its first brings the project from a zip and from a git address. The rest
// needs the network and minutes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zipOf } from './deliverable/archive.mjs';
import { root } from './places.mjs';

const { cells } = JSON.parse(readFileSync(join(root, 'environment', 'colab_kaggle.ipynb'), 'utf8'));
const sources = cells
  .filter(({ cell_type }) => cell_type === 'code')
  .map(({ source }) => [source].flat().join(''));
const [bringProject] = sources;

function python(script, cwd) {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script], { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** The first cell with another source, in an empty folder. */
function bring(t, source) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-colab-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = bringProject.replace(/^SOURCE = .*$/m, `SOURCE = ${JSON.stringify(source)}`);
  assert.notEqual(script, bringProject);
  return { ...python(script, folder), project: join(folder, 'falconframes') };
}

test('every cell is Python, and none was committed with outputs', () => {
  for (const source of sources) {
    const { status, output } = python(`compile(${JSON.stringify(source)}, 'cell', 'exec')`);
    assert.equal(status, 0, output);
  }
  assert.ok(cells.every(({ outputs = [] }) => outputs.length === 0));
  assert.match(bringProject, /SOURCE = "https:\/\/github\.com\/falconframes\/falconframes\.git"/);
});

// On the services themselves the cell would use their folders.
const skip =
  ['/content', '/kaggle/working'].some((folder) => existsSync(folder)) && 'this is Colab or Kaggle';

test('the project comes from a zip of it, from a deliverable, and from a git address', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-colab-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const top of ['', 'falconframes-main/', 'ada_lovelace/falconframes/']) {
    const files = ['package.json', 'src/x/package.json'].map((path) => ({
      path: top + path,
      content: Buffer.from(path),
    }));
    writeFileSync(join(folder, 'project.zip'), await zipOf(files, new Date()));
    const { status, output, project } = bring(t, join(folder, 'project.zip'));
    assert.equal(status, 0, output);
    assert.equal(readFileSync(join(project, 'package.json'), 'utf8'), 'package.json');
  }
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  writeFileSync(join(repository, 'package.json'), '{}');
  const git = (...args) =>
    execFileSync('git', [
      '-C',
      repository,
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.org',
      ...args,
    ]);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'all');
  const cloned = bring(t, `file://${repository}`);
  assert.equal(cloned.status, 0, cloned.output);
  assert.ok(existsSync(join(cloned.project, 'package.json')));
});

test('a source that is not there is one sentence', { skip }, (t) => {
  for (const source of ['/nowhere/project.zip', 'file:///nowhere/project.git']) {
    const { status, output } = bring(t, source);
    assert.equal(status, 1);
    assert.match(output, /there is no such file; upload the zip|could not be cloned; check the address/);
    assert.doesNotMatch(output, /Traceback/);
  }
});
