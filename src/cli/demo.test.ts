import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../foundation';

const program = join(projectRoot, 'environment', 'falconframes.cjs');
const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('demo prints the address of the page, serves it, and ends when interrupted', async () => {
  const child = spawn(process.execPath, [program, 'demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', (status) => resolve(status)));
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += chunk;
    if (output.includes('\n')) break;
  }
  assert.match(output, /^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  assert.match(await (await fetch(output.trim())).text(), /<title>FalconFrames/);
  child.kill('SIGINT');
  assert.equal(await ended, 0);
});

test('demo --out writes the page as a static site', () => {
  const demo = (...options: string[]) =>
    spawnSync(process.execPath, [program, 'demo', ...options], { encoding: 'utf8' });
  const out = join(folder, 'site');
  const { files } = JSON.parse(demo('--out', out, '--json').stdout) as {
    files: { path: string; bytes: number }[];
  };
  assert.ok(files.length > 8);
  for (const { path, bytes } of files) assert.equal(readFileSync(join(out, path)).length, bytes, path);
  assert.match(demo('--out', out).stdout, /: \d+ files, \d+\.\d MB; serve the folder with any web server\n$/);
  writeFileSync(join(folder, 'file'), '');
  const { status, stderr } = demo('--out', join(folder, 'file'));
  assert.equal(status, 1);
  assert.match(stderr, /file: is not a folder; name a folder\n$/);
  assert.match(demo('--port', '70000').stderr, /must be a whole number from 1 to 65535/);
});
