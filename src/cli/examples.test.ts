import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { type LocalServer, startLocalServer } from '../collection';
import { mirrorFolder, projectRoot } from '../foundation';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { registerAnnotate } from './annotate';
import { registerDeliverable } from './deliverable';
import { registerDemo } from './demo';
import { registerQueue } from './queue';
import { registerReproduce } from './reproduce';
import { registerSearch } from './search';
import { registerSetup } from './setup';
import { registerTrack } from './track';

// Runs the examples that `--help` prints, as printed, one after the other in one folder: some read what others wrote. The files that
// they name as given are made beforehand, from the data of the project.

/** All commands, in the order in which their examples run. */
const COMMANDS =
  `doctor, corpus, collect, preprocess, convert, score, train, average, search, evaluate, compress export,
  compress fuse, compress quantize, compress distil, compress trim, compress prune, compress sparsify,
  compress keep-labels, compress difference, compress restore, compress threshold, benchmark, annotate, classify,
  pretrain, track, setup, reproduce, deliverable, demo, queue work, queue status, queue retry, queue drain,
  queue merge, queue dashboard`.split(/,\s+/);

const needsRedis = 'needs a Redis server; the tests of the queue run such commands';

/** Commands of which some examples are not run: those are only parsed. */
const NOT_RUN = [
  { what: /falconframes annotate .*--queue/, register: registerAnnotate, why: needsRedis },
  { what: /falconframes search .*--queue/, register: registerSearch, why: needsRedis },
  { what: /falconframes queue /, register: registerQueue, why: needsRedis },
  { what: /falconframes demo$/, register: registerDemo, why: 'serves until it is stopped' },
  { what: /^npx falconframes setup/, register: registerSetup, why: 'installs packages into the project' },
  { what: /search --grid assessment/, register: registerSearch, why: 'takes hours' },
  {
    what: /falconframes track/,
    register: registerTrack,
    why: 'would send the runs that wait on this machine',
  },
  {
    what: /falconframes reproduce/,
    register: registerReproduce,
    why: 'takes minutes; `npm test` runs all notebooks',
  },
  {
    what: /falconframes deliverable/,
    register: registerDeliverable,
    why: 'takes minutes; environment/deliverable.test.mjs',
  },
];

const folder = mkdtempSync(join(tmpdir(), 'falconframes-examples-'));
let server: LocalServer;

before(async () => {
  server = await startLocalServer(join(projectRoot, 'data', 'sample'));
  // The command, as `npm install` leaves it.
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(
    join(projectRoot, 'environment', 'falconframes.cjs'),
    join(folder, 'node_modules', '.bin', 'falconframes'),
  );
  const head = (data: string, lines: number) =>
    readFileSync(join(projectRoot, 'examples', 'data', data), 'utf8')
      .split('\n')
      .slice(0, lines);
  const files = {
    'train.jsonl': head('cooking/train.jsonl', 24).join('\n'),
    'dev.jsonl': head('cooking/dev.jsonl', 8).join('\n'),
    'test.jsonl': head('cooking/test.jsonl', 8).join('\n'),
    'unlabelled.txt': head('cooking/train.jsonl', 40)
      .map((line) => JSON.parse(line).text)
      .join('\n'),
    'mails.csv': `id,body\n${head('messages/test.jsonl', 4)
      .map((line, index) => `${index},"${JSON.parse(line).text}"`)
      .join('\n')}\n`,
    'messages.json': JSON.stringify({
      ...{ encoder: tinyBertFolder, epochs: 1, maximumLength: 64 },
      train: [join(projectRoot, 'examples', 'data', 'messages', 'train.jsonl')],
      dev: [join(projectRoot, 'examples', 'data', 'messages', 'dev.jsonl')],
    }),
    'reviews.csv': 'text,category\nIt works.,good\nIt broke.,bad\n',
    'gold.conll': 'HeLa B-Cell\ncells O\n\nThe O\nliver B-Organ\n',
    'predicted.conll': 'HeLa B-Cell\ncells I-Cell\n\nThe O\nliver B-Organ\n',
    'corpus/train/one.txt': 'HeLa cells grew.\n',
    'corpus/train/one.ann': 'T1\tCell 0 4\tHeLa\n',
    'ids.txt': 'PMC90000001\nPMC90000002\n',
    'space.json': '{"parameters": {"learningRate": {"choices": [1e-4, 3e-4]}}, "fixed": {"epochs": 1}}',
  };
  mkdirSync(join(folder, 'corpus', 'train'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  cpSync(join(projectRoot, 'data', 'sample', 'articles'), join(folder, 'articles'), { recursive: true });
  const trained = await shell('npx falconframes train --config messages.json --out runs/mails');
  assert.equal(trained.status, 0, trained.output);
});

after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a line in the folder, with Europe PMC's address on this machine. */
async function shell(line: string): Promise<{ status: number | null; output: string }> {
  const env = { ...process.env, FALCONFRAMES_EUROPEPMC_URL: server.url };
  const child = spawn('sh', ['-c', line], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (text: Buffer) => {
    output += text;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, output };
}

/** Returns the names in a list of commands, without `help`. */
function commandsIn(help: string): string[] {
  const list = help.slice(help.indexOf('\nCommands:'));
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name);
  return names.filter((name) => name !== 'help');
}

test('every command is in the list above', async () => {
  const main = commandsIn((await shell('npx falconframes --help')).output).filter(
    (name) => name !== 'compress' && name !== 'queue',
  );
  const all = [...main];
  for (const group of ['compress', 'queue']) {
    const steps = commandsIn((await shell(`npx falconframes ${group} --help`)).output);
    all.push(...steps.map((name) => `${group} ${name}`));
  }
  assert.deepEqual(all.sort(), [...COMMANDS].sort());
});

for (const command of COMMANDS) {
  test(`the examples of ${command}`, async (context) => {
    const { output } = await shell(`npx falconframes ${command} --help`);
    const lines = output
      .slice(output.search(/^Examples?:$/m))
      .split('\n')
      .slice(1);
    const examples = lines.map((line) => line.trim()).filter(Boolean);
    assert.ok(examples.length > 0 && /^Examples?:$/m.test(output), output);
    for (const example of examples) {
      assert.ok(example.includes(`npx falconframes ${command}`), example);
      const parsed = NOT_RUN.find(({ what }) => what.test(example));
      const needsMirror = command === 'corpus' && example.includes('--out') && !mirrorFolder();
      const how = parsed ? `parsed only, ${parsed.why}` : 'run';
      await context.test(
        `${example} (${how})`,
        { skip: needsMirror && 'needs FALCONFRAMES_MIRROR' },
        async () => {
          if (parsed) return parse(parsed.register, command, example);
          // Of two models of the same encoder, the second is a copy.
          if (command === 'average')
            cpSync(join(folder, 'runs', 'mine'), join(folder, 'runs', 'other'), { recursive: true });
          const { status, output: said } = await shell(example);
          assert.equal(status, 0, said);
        },
      );
    }
  });
}

/** Fails if commander refuses the options of an example. */
function parse(register: (program: Command) => void, name: string, example: string): void {
  const program = new Command().exitOverride();
  register(program);
  const command = name
    .split(' ')
    .reduce((parent, part) => parent.commands.find((own) => own.name() === part)!, program);
  let wasCalled = false;
  command.exitOverride().action(() => {
    wasCalled = true;
  });
  program.parse(example.split(' ').slice(2), { from: 'user' });
  assert.ok(wasCalled);
}
