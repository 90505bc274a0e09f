// Tries a deliverable as a reviewer would: unpacks it into an empty folder and runs the smoke path there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from 'falconframes/foundation';
import { unpackZip } from './archive.mjs';
import { sha256 } from './facts.mjs';

const SENTENCE = 'HeLa cells carry the mutation V600E.';

/** What a reviewer does first; each step is [what, command, options]. `expected` must stand in its output. */
export const SMOKE_PATH = [
  { what: 'install the packages', command: ['npm', 'ci', '--no-audit', '--no-fund'] },
  {
    what: 'annotate a sentence',
    command: ['npx', 'falconframes', 'annotate'],
    input: SENTENCE,
    expected: '"text":"V600E"',
  },
  {
    what: 'set up, and run the six notebooks on the sample',
    command: [
      'npm',
      'run',
      'reproduce',
      '--',
      '--profile',
      'smoke',
      '--data',
      'sample',
      '--out',
      'runs/smoke',
    ],
    expected: 'report.html',
  },
];

/**
 * @param file the zip
 * @param say receives each step
 * @param path the smoke path
 * @returns { files, steps: [{ step, seconds }] }
 * @throws InputError for a zip that is unsafe, damaged, or no deliverable, and for a step that fails
 */
export async function checkDeliverable(file, say, path = SMOKE_PATH) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-check-'));
  try {
    const paths = await unpackZip(file, folder);
    const project = join(folder, verify(file, folder, paths), 'falconframes');
    say(`${paths.length} files unpacked, every checksum right`);
    const steps = [];
    for (const step of path) {
      say(step.what);
      const start = performance.now();
      const { status, output } = await runStep(step, project);
      if (status !== 0 || !output.includes(step.expected ?? ''))
        throw new InputError(
          `${file}: "${step.what}" failed (status ${status}) in the unpacked project; its last lines:\n${output.trim().split('\n').slice(-20).join('\n')}`,
        );
      steps.push({ step: step.what, seconds: Number(((performance.now() - start) / 1000).toFixed(1)) });
    }
    return { files: paths.length, steps };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compares all files with SHA256SUMS. @returns the folder that the zip holds */
function verify(file, folder, paths) {
  const [top] = (paths[0] ?? '').split('/');
  const list = `${top}/SHA256SUMS`;
  if (!paths.includes(list)) throw new InputError(`${file}: is no deliverable, since it holds no SHA256SUMS`);
  const sums = new Map(
    readFileSync(join(folder, list), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => [`${top}/${line.slice(66)}`, line.slice(0, 64)]),
  );
  for (const path of paths) {
    if (path === list) continue;
    const sum = sums.get(path);
    if (sum === undefined)
      throw new InputError(`${file}: ${path} is not in its SHA256SUMS; make the deliverable anew`);
    if (sum !== sha256(readFileSync(join(folder, path))))
      throw new InputError(`${file}: ${path} is not as it was packed; make the deliverable anew`);
    sums.delete(path);
  }
  const [missing] = sums.keys();
  if (missing !== undefined)
    throw new InputError(`${file}: ${missing} is missing; make the deliverable anew`);
  return top;
}

/** Without the variables of this project's own run: the copy must find everything itself. */
async function runStep({ command: [program, ...args], input }, cwd) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:FALCONFRAMES_|npm_|INIT_CWD$|NODE_PATH$)/.test(name),
    ),
  );
  const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  child.stdin.on('error', () => {}).end(input ?? '');
  const [status] = await Promise.race([
    once(child, 'close'),
    once(child, 'error').then(([error]) => [error.message]),
  ]);
  return { status, output };
}
