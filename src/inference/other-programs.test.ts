import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../foundation';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { loadAnnotator } from './annotator';
import { loadClassifier } from './classifier';
import { processCorpus } from './corpus';
import { openModel } from './open-model';

const fixtures = join(projectRoot, 'src', 'inference', 'fixtures');

/** A model saved by another program, with the fixtures' tokenizer, and the output of Python's pipeline (fixtures/make_fixtures.py). */
function published<Answer>(context: TestContext, name: string): { folder: string; answers: Answer[] } {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-published-'));
  context.after(() => rmSync(folder, { recursive: true }));
  cpSync(join(fixtures, name), folder, { recursive: true });
  copyFileSync(join(tinyBertFolder, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  return { folder, answers: JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) };
}

interface Entities {
  text: string;
  entities: { start: number; end: number; label: string; score: number }[];
}

for (const name of ['tagger', 'tagger-inside', 'tagger-numbers']) {
  test(`${name}: a tagger without a falconframes entry annotates as Python's pipeline does`, async (context) => {
    const { folder, answers } = published<Entities>(context, name);
    const annotator = await loadAnnotator(folder, { threads: 1 });
    for (const { text, entities } of answers) {
      const found = await annotator.annotate(text);
      assert.deepEqual(
        found.map(({ start, end, label }) => ({ start, end, label })),
        entities.map(({ start, end, label }) => ({ start, end, label })),
        text,
      );
      found.forEach(({ score, start, end, text: own }, index) => {
        assert.ok(
          Math.abs(score - entities[index].score) < 1e-5,
          `${score} instead of ${entities[index].score}`,
        );
        assert.equal(own, text.slice(start, end));
      });
    }
    await annotator.dispose();
  });
}

test('with such a tagger, the command line gives the annotations of the library, and TensorFlow the scores of ONNX Runtime', async (context) => {
  const { folder, answers } = published<Entities>(context, 'tagger');
  const files = answers.map(({ text }, index) => {
    const path = join(folder, `${index}.txt`);
    writeFileSync(path, text);
    return path;
  });
  async function* sources() {
    for (const [index, path] of files.entries())
      yield { kind: 'file', id: `${index}`, place: path, path, format: 'text', bytes: 1 } as const;
  }
  const work = { kind: 'annotate', offsets: 'utf16' } as const;
  const lines: Entities[] = [];
  for await (const batch of processCorpus(sources(), { model: folder, work, workers: 1 })) {
    assert.deepEqual(batch.damages, []);
    for (const line of batch.lines.trim().split('\n')) lines.push(JSON.parse(line));
  }
  assert.deepEqual(
    lines.map(({ entities }) => entities.map(({ start, end, label }) => `${start} ${end} ${label}`)),
    answers.map(({ entities }) => entities.map(({ start, end, label }) => `${start} ${end} ${label}`)),
  );
  const weights = await openModel(folder);
  assert.deepEqual(weights.configuration.labels, ['LOC', 'PER', 'MISC']);
  await weights.dispose();
});

for (const name of ['classifier', 'classifier-several']) {
  test(`${name}: a classifier without a falconframes entry gives the probabilities of Python's pipeline`, async (context) => {
    const { folder, answers } = published<{ text: string; labels: { label: string; score: number }[] }>(
      context,
      name,
    );
    const classifier = await loadClassifier(folder, { threads: 1 });
    for (const { text, labels } of answers) {
      const found = await classifier.classify(text);
      assert.deepEqual(
        found.map(({ label }) => label),
        labels.map(({ label }) => label),
        text,
      );
      found.forEach(({ score }, index) => {
        assert.ok(Math.abs(score - labels[index].score) < 1e-5, `${score} instead of ${labels[index].score}`);
      });
    }
    await classifier.dispose();
  });
}
