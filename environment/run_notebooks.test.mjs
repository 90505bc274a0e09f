// Notebooks of a few cells, run with the real kernel.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, venv, venvPython } from './places.mjs';

function scratchFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes notebooks '));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function writeNotebook(folder, name, ...sources) {
  const cells = sources.map((source, index) => ({
    ...(source.startsWith('#') ? { cell_type: 'markdown' } : { cell_type: 'code', outputs: [] }),
    ...(source.startsWith('#') ? {} : { execution_count: null }),
    id: `cell-${index}`,
    metadata: {},
    source,
  }));
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return path;
}

function start(...args) {
  const program = spawn(venvPython, [join(root, 'environment', 'run_notebooks.py'), ...args]);
  const result = { program, output: '' };
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (text) => {
      result.output += text;
    });
  }
  return result;
}

async function runToEnd(...args) {
  const started = start(...args);
  const [status] = await once(started.program, 'close');
  return { status, output: started.output };
}

test('executed notebooks have outputs and counts, and form one page that loads nothing', async (t) => {
  const folder = scratchFolder(t);
  const out = join(folder, 'executed');
  const first = writeNotebook(
    folder,
    '0_first.ipynb',
    '# # The first',
    'const a = 20 + 1;',
    'console.log(2 * a)',
  );
  const second = writeNotebook(folder, '1_second.ipynb', '# # The second', 'console.log(process.env.STORY)');
  process.env.STORY = 'told by the environment';
  const { status, output } = await runToEnd('run', '--out', out, first, second);
  assert.equal(status, 0, output);
  assert.deepEqual(readdirSync(out).sort(), ['0_first.ipynb', '1_second.ipynb', 'times.json']);
  const { cells } = JSON.parse(readFileSync(join(out, '0_first.ipynb'), 'utf8'));
  assert.deepEqual(
    cells.map((cell) => cell.execution_count),
    [undefined, 1, 2],
  );
  assert.equal([cells[2].outputs[0].text].flat().join(''), '42\n');

  const report = join(folder, 'report.html');
  const pages = [first, second].map((path) => path.replace(folder, out));
  assert.equal((await runToEnd('report', '--out', report, ...pages)).status, 0);
  const page = readFileSync(report, 'utf8');
  for (const text of ['The first', 'The second', '42', 'told by the environment'])
    assert.ok(page.includes(text));
  assert.doesNotMatch(page, /<(?:script|link|img)[^>]*(?:src|href)="(?:http|")|import\("http|@import/);
});

test('the first error stops the run, with source and reason, and no file under the final name', async (t) => {
  const folder = scratchFolder(t);
  const out = join(folder, 'executed');
  const wrong = writeNotebook(
    folder,
    '0_wrong.ipynb',
    'const fine = 1;',
    'throw new Error("no " + fine)',
    'fine',
  );
  const next = writeNotebook(folder, '1_next.ipynb', '1');
  const { status, output } = await runToEnd('run', '--out', out, wrong, next);
  assert.equal(status, 1);
  assert.match(output, /0_wrong\.ipynb, cell 2:\n\nthrow new Error/);
  assert.match(output, /^Error: no 1$/m);
  assert.deepEqual(readdirSync(out), ['0_wrong.failed.ipynb']);
});

test('a type error, an error after its cell and a dying kernel are errors too', async (t) => {
  const folder = scratchFolder(t);
  const reasons = {
    'type.ipynb': ['const word: number = "text";', /Type 'string' is not assignable to type 'number'/],
    'late.ipynb': [
      'setTimeout(() => { throw new Error("too late"); }, 50);',
      /after the cell's end:\n\nUncaughtException: Error: too late/,
    ],
    'dies.ipynb': [
      'process.kill(process.pid, "SIGSEGV"); await new Promise((wake) => setTimeout(wake, 60_000));',
      /The kernel died in this cell/,
    ],
  };
  for (const [name, [source, reason]] of Object.entries(reasons)) {
    const notebook = writeNotebook(folder, name, source);
    const { status, output } = await runToEnd('run', '--out', join(folder, 'executed'), notebook);
    assert.equal(status, 1, name);
    assert.match(output, reason);
    assert.ok(!existsSync(join(folder, 'executed', name)));
  }
});

test('a kernel that does not start is retried, three attempts in total', async (t) => {
  const folder = scratchFolder(t);
  const notebook = writeNotebook(folder, 'simple.ipynb', 'console.log(6 * 7)');
  const kernels = join(folder, 'kernels', 'tslab');
  mkdirSync(kernels, { recursive: true });
  const { argv } = JSON.parse(
    readFileSync(join(venv, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json'), 'utf8'),
  );
  const startAs = (script) =>
    writeFileSync(
      join(kernels, 'kernel.json'),
      JSON.stringify({ argv: ['sh', '-c', script, ...argv], display_name: 'tslab', language: 'typescript' }),
    );
  process.env.JUPYTER_PATH = folder;
  t.after(() => {
    delete process.env.JUPYTER_PATH;
  });

  // The first start leaves a mark and ends; the second finds it.
  startAs('if [ -e started ]; then exec "$0" "$@"; fi; touch started');
  const { status, output } = await runToEnd('run', '--out', join(folder, 'executed'), notebook);
  assert.equal(status, 0, output);
  assert.match(output, /the kernel did not answer; starting another/);

  startAs('echo no kernel here; exit 3');
  const failing = await runToEnd('run', '--out', join(folder, 'failing'), notebook);
  assert.equal(failing.status, 1);
  assert.match(
    failing.output,
    /simple\.ipynb: Kernel died before replying to kernel_info\n(no kernel here\n){3}/,
  );
  assert.doesNotMatch(failing.output, /Traceback/);
});

test('an interruption ends a busy kernel', async (t) => {
  const folder = scratchFolder(t);
  const source = 'require("node:fs").writeFileSync("busy", String(process.pid)); while (true);';
  const notebook = writeNotebook(folder, 'busy.ipynb', source);
  const started = start('run', '--out', join(folder, 'executed'), notebook);
  const mark = join(folder, 'busy');
  while (!existsSync(mark) || readFileSync(mark, 'utf8') === '')
    await new Promise((wake) => setTimeout(wake, 50));
  started.program.kill('SIGINT');
  const [status] = await once(started.program, 'close');
  assert.equal(status, 130, started.output);
  assert.ok(!existsSync(join(folder, 'executed', 'busy.ipynb')));
  assert.throws(() => process.kill(Number(readFileSync(mark, 'utf8')), 0));
});
