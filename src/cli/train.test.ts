import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { projectRoot, type Sentence, writeSentences } from '../foundation';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { readMetrics } from '../training';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);

function start(...args: string[]): ChildProcess {
  const program = join(projectRoot, 'environment', 'falconframes.cjs');
  return spawn(process.execPath, [program, 'train', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function endOf(child: ChildProcess) {
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout!.resume();
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stderr };
}

test('Ctrl-C writes a checkpoint and ends with status 1; --resume gives the same weights as an uninterrupted run', async () => {
  const sentences = Array.from({ length: 24 }, (_, paragraph): Sentence => {
    const text = ['t is', 'a t', 'is u a', 'no u'][paragraph % 4];
    const begin = text.search(/[tu]/);
    return {
      ...{ article: `A${paragraph}`, section: '', paragraph, offset: 0, text },
      spans: [{ start: begin, end: begin + 1, label: 'Cell' }],
      annotated: ['Cell'],
    };
  });
  writeSentences(at('train.jsonl'), sentences.slice(0, 20));
  writeSentences(at('dev.jsonl'), sentences.slice(20));
  const configuration = {
    ...{ encoder: tinyBertFolder, train: ['train.jsonl'], dev: ['dev.jsonl'] },
    ...{ maximumLength: 32, dropout: 0.1, batchTokens: 12, epochs: 12, learningRate: 1e-3 },
  };
  writeFileSync(at('training.json'), JSON.stringify(configuration));
  const train = (out: string, ...rest: string[]) =>
    start('--config', at('training.json'), '--out', at(out), '--precision', 'float32', ...rest);

  const whole = train('whole');
  assert.equal((await endOf(whole)).status, 0);

  const stopped = train('stopped');
  const ended = endOf(stopped);
  const rows = () =>
    existsSync(at('stopped', 'metrics.jsonl')) ? readMetrics(at('stopped', 'metrics.jsonl')) : [];
  while (rows().length < 8 && stopped.exitCode === null) await setTimeout(1);
  stopped.kill('SIGINT');
  const { status, stderr } = await ended;
  assert.equal(status, 1, stderr);
  assert.match(stderr, /Stopping after this step/);
  assert.match(stderr, /interrupted; resume with the same command and --resume/);
  const { epoch, stepOfEpoch } = JSON.parse(
    readFileSync(at('stopped', 'checkpoint', 'progress.json'), 'utf8'),
  ) as { epoch: number; stepOfEpoch: number };
  assert.ok(epoch > 1 || stepOfEpoch > 0);

  const resumed = await endOf(train('stopped', '--resume'));
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.deepEqual(
    readFileSync(at('stopped', 'model.safetensors')),
    readFileSync(at('whole', 'model.safetensors')),
  );
  const steps = (out: string) =>
    readMetrics(at(out, 'metrics.jsonl')).map(({ kind, step, loss }) => [kind, step, loss]);
  assert.deepEqual(steps('stopped'), steps('whole'));
  const again = await endOf(train('stopped', '--resume'));
  assert.equal(again.status, 0, again.stderr);
  assert.match(again.stderr, /is already complete, so nothing was done/);
  assert.deepEqual(steps('stopped'), steps('whole'));
});
