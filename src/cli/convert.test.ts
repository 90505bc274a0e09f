import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectRoot, readLabelledTexts, readSentences } from '../foundation';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-convert-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

function convert(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join(projectRoot, 'environment', 'falconframes.cjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'convert', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function refuses(message: RegExp, ...args: string[]): void {
  const { status, stdout, stderr } = convert(...args);
  assert.deepEqual([status, stdout], [1, ''], stderr);
  assert.match(stderr, message);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
}

test('a CoNLL file is converted to sentences; skipped lines are reported, with status 1', () => {
  writeFileSync(at('good.conll'), 'HeLa B-Line\ncells O\n');
  const whole = convert('--from', 'conll', 'good.conll', '--out', 'good.jsonl');
  assert.equal(whole.status, 0, whole.stderr);
  assert.match(whole.stdout, /good\.jsonl: 1 sentence of 1 article\n.*Line +1/s);
  const [sentence] = readSentences(at('good.jsonl'));
  assert.deepEqual(sentence.annotated, ['Line']);
  assert.deepEqual(sentence.words?.length, 2);
  writeFileSync(at('bad.conll'), 'HeLa B-Line\n\ncells\n');
  const some = convert('--from', 'conll', 'bad.conll', '--out', 'bad.jsonl', '--json');
  assert.equal(some.status, 1);
  assert.match(
    some.stderr,
    /bad\.conll line 3: has 1 column where .*1 sentence could not be used, as reported above; the others are converted/s,
  );
  const report = JSON.parse(some.stdout);
  assert.deepEqual([report.lines, report.skipped.length, report.schemes], [1, 1, { 'bad.conll': 'IOB2' }]);
  assert.equal(readSentences(at('bad.jsonl')).length, 1);
});

test('a CSV file is converted to labelled texts', () => {
  writeFileSync(at('texts.csv'), 'body,kind\n"a, b",x\nc,y\n');
  const { status, stderr } = convert(
    ...['--from', 'csv', 'texts.csv', '--text', 'body', '--label', 'kind', '--out', 'texts.jsonl'],
  );
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(readLabelledTexts(at('texts.jsonl')), [
    { text: 'a, b', labels: ['x'], several: false },
    { text: 'c', labels: ['y'], several: false },
  ]);
});

test('bad input is reported in one sentence, and no file is written', () => {
  writeFileSync(at('a.txt'), 'HeLa');
  writeFileSync(at('a.ann'), 'T1\tLine 1 4\tHeLa');
  const out = ['--out', 'never.jsonl'];
  refuses(/a\.ann line 1: the annotation says "HeLa"/, '--from', 'brat', 'a.txt', ...out);
  refuses(/absent: cannot be read/, '--from', 'brat', 'absent', ...out);
  refuses(/--column is for conll/, '--from', 'brat', 'a.txt', '--column', '2', ...out);
  refuses(/--text and --label are for csv/, '--from', 'brat', 'a.txt', '--text', 'x', ...out);
  refuses(/a\.ann: is an input/, '--from', 'brat', 'a.txt', '--out', 'a.ann');
  refuses(/is a folder; name a file/, '--from', 'brat', 'a.txt', '--out', '.');
  assert.equal(existsSync(at('never.jsonl')), false);
  assert.equal(readFileSync(at('a.ann'), 'utf8'), 'T1\tLine 1 4\tHeLa');
  assert.match(convert('--from', 'xml', 'a.txt', ...out).stderr, /Allowed choices are brat, conll/);
});
