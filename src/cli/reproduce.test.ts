import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Command } from 'commander';
import { InputError } from '../foundation';
import { registerReproduce } from './reproduce';

function reproduce(...options: string[]): Promise<unknown> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerReproduce(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  return program.parseAsync(['reproduce', ...options], { from: 'user' });
}

test('a folder that is not empty is rejected and left unchanged', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-reproduce-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  await assert.rejects(reproduce('--profile', 'smoke', '--out', folder), (error: Error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /is not empty; name a new folder/);
    return true;
  });
  assert.deepEqual(readdirSync(folder), ['mine.txt']);
});

test('unknown profiles, data sources and seeds are rejected with the allowed choices', async () => {
  await assert.rejects(reproduce('--profile', 'slow'), /Allowed choices are .*quick/);
  await assert.rejects(reproduce('--data', 'pubmed'), /Allowed choices are auto, sample, gold, europepmc/);
  await assert.rejects(reproduce('--seed', 'x'), /whole number/);
});

test('options of a study need one, and a study has data of its own', async () => {
  await assert.rejects(
    reproduce('--study', 'astrology'),
    /Allowed choices are intent-compression, conll-probing, paper-topics, go-terms/,
  );
  await assert.rejects(reproduce('--corpus', '.'), /--corpus belongs to a study; name it with --study/);
  await assert.rejects(
    reproduce('--study', 'go-terms', '--data', 'europepmc'),
    /--data europepmc is not a choice of a study; take one of auto, sample, gold/,
  );
  await assert.rejects(
    reproduce('--study', 'go-terms', '--corpus', '/nowhere/go.obo'),
    /\/nowhere\/go.obo: there is no such file or folder/,
  );
  const mirror = process.env.FALCONFRAMES_MIRROR;
  const cache = process.env.FALCONFRAMES_CACHE;
  process.env.FALCONFRAMES_MIRROR = '/nowhere';
  process.env.FALCONFRAMES_CACHE = '/nowhere';
  try {
    await assert.rejects(
      reproduce('--study', 'go-terms', '--data', 'gold'),
      /not found; download .* from http\S+ \(.*MB.*\)/,
    );
    await assert.rejects(
      reproduce('--study', 'paper-topics', '--data', 'gold'),
      /not found; download .* from \S+.* \(.*MB.*\)/,
    );
  } finally {
    restore('FALCONFRAMES_MIRROR', mirror);
    restore('FALCONFRAMES_CACHE', cache);
  }
});

function restore(variable: string, value: string | undefined): void {
  if (value === undefined) delete process.env[variable];
  else process.env[variable] = value;
}
