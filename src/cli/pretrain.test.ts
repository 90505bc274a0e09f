import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generalDistillationOfFile } from '../compression';
import { fieldsOf, projectRoot } from '../foundation';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { pretrainingOfFile, readJson } from '../training';

const folder = mkdtempSync(join(tmpdir(), 'pretrain-'));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, 'text.txt'),
  'HeLa cells grow in the liver, and the gene has a mutation.\n'.repeat(50),
);

const fresh = { layers: 1, hiddenSize: 8, attentionHeads: 2 };

/** Runs the command on a configuration file. */
function pretrain(configuration: object, ...args: string[]) {
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ text: ['text.txt'], ...configuration }));
  const program = join(projectRoot, 'environment', 'falconframes.cjs');
  return spawnSync(process.execPath, [program, 'pretrain', '--config', 'run.json', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
}

test('a file gives the shape of a new encoder, and a teacher, of which no perplexity is reported', () => {
  const report = (configuration: object, out: string) => {
    const { status, stdout, stderr } = pretrain(configuration, '--out', out, '--json');
    assert.equal(status, 0, stderr);
    assert.ok(existsSync(join(folder, out, 'model.safetensors')));
    return JSON.parse(stdout) as {
      windows: { train: number; heldOut: number };
      epochs: { loss: number; perplexity?: number }[];
    };
  };
  const masked = report({ fresh, encoder: tinyBertFolder }, 'masked');
  const { loss, perplexity } = masked.epochs[0];
  assert.ok(Math.abs(perplexity! - Math.exp(loss)) < 1e-6);
  const taught = report({ fresh, distillation: { teacher: tinyBertFolder } }, 'taught');
  assert.deepEqual(taught.windows, masked.windows);
  assert.ok(taught.epochs[0].loss > 0 && taught.epochs[0].perplexity === undefined);
});

test('the example configurations are complete', () => {
  const examples = join(projectRoot, 'examples', 'pretraining');
  const { distillation, fresh: shape } = generalDistillationOfFile(
    fieldsOf(readJson(join(examples, 'tiny_from_minilm.json'))),
    'tiny_from_minilm.json',
  );
  assert.deepEqual([distillation.teacher, shape.hiddenSize], ['minilm-l6-h384-uncased', 312]);
  const electra = pretrainingOfFile(
    readJson(join(examples, 'electra_masked_words.json')),
    join(examples, 'electra_masked_words.json'),
  );
  assert.deepEqual(electra.text, [join(examples, 'unlabelled.txt')]);
  assert.equal(electra.fresh?.architecture, 'electra');
});

test('options and files that contradict each other are rejected in one sentence', () => {
  const refused = (configuration: object, message: RegExp, ...args: string[]) => {
    const { status, stdout, stderr } = pretrain(configuration, ...args);
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, message);
  };
  refused({}, /'--config <file>' cannot be used with option '--text/, '--out', 'out', '--text', 'text.txt');
  refused({}, /pretrain needs --out FOLDER/);
  refused({ distillation: 'teacher' }, /run\.json, "distillation": must be a JSON object/, '--out', 'out');
  refused({ distillation: { teacher: tinyBertFolder } }, /"fresh" is missing/, '--out', 'out');
  assert.equal(existsSync(join(folder, 'out')), false);
});
