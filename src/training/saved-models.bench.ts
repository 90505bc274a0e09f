/**
 * `npm run bench -- saved-models [--json]`: do model folders travel? A check rather than a measurement: exit status 1 where they do not.
 *
 * Small networks of each encoder with each head are trained some steps here and saved; Python's `AutoModelFor…` loads each folder,
 * computes the logits of the same inputs, changes the weights and saves them with `save_pretrained`; that folder is loaded here. Logits
 * must agree to 1e-4 both ways, and labels must keep their names.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, startPeer } from '../foundation';
import { download, type Head, Model, padBatch, Tape, tidy } from '../nn';
import { networkFixture, networkFixtureNames } from '../nn/network-fixture';
import { tinyBertFolder } from '../nn/tiny-bert';
import {
  type ClassificationOptions,
  type ClassifiedExample,
  classificationTask,
} from './classification-task';
import { DEFAULT_TRAINING } from './configuration';
import { maskingTask } from './masking-task';
import type { Task } from './task';
import { train } from './trainer';

const LARGEST_DIFFERENCE = 1e-4;
const LABELS = ['process', 'component', 'function'];
const OPTIONS = { ...DEFAULT_TRAINING, epochs: 2, batchSize: 4, learningRate: 1e-2, checkpointMinutes: 60 };
const ONE: ClassificationOptions = { outcome: 'one', labelSmoothing: 0, classWeights: null };

interface Answer {
  class: string;
  labels: Record<string, string>;
  logits: number[];
  changed: number[];
}

interface Row {
  network: string;
  'class in Python': string;
  'saved here, read there': number;
  'saved there, read here': number;
}

function drawExamples({ kind }: Head): ClassifiedExample[] {
  const random = createRandom(2);
  return Array.from({ length: 16 }, (_, row) => {
    const inputIds = Int32Array.of(
      2,
      ...Array.from({ length: 3 + (row % 6) }, () => 5 + random.below(70)),
      3,
    );
    const targets = kind === 'tokens' ? inputIds.map((id) => (id < 5 ? -1 : id % 3)) : Int32Array.of(row % 3);
    return { inputIds, targets };
  });
}

/** A network of a fixture's shape with a head of its own, trained and saved. */
async function trainAndSave(network: string, folder: string): Promise<ClassifiedExample[]> {
  const source = networkFixture(network).folder;
  const { kind } = Model.load(source).head;
  const head: Head = kind === 'vocabulary' ? { kind } : { kind, labels: LABELS };
  const model = Model.fromEncoder(source, head, 1);
  const examples = drawExamples(head);
  const words = {
    maskId: 4,
    vocabularySize: model.encoder.vocabularySize,
    specialIds: new Set([0, 1, 2, 3, 4]),
  };
  const task: Task<ClassifiedExample> =
    kind === 'vocabulary'
      ? maskingTask(model, words, tinyBertFolder)
      : classificationTask(model, ONE, tinyBertFolder);
  await train({
    task,
    examples,
    options: OPTIONS,
    folder,
    replicas: 1,
    precision: 'float32',
    evaluate: async () => ({ loss: 0, score: 0 }),
  });
  model.dispose();
  return examples;
}

function logitsOf(
  folder: string,
  examples: readonly ClassifiedExample[],
): { logits: Float32Array; head: Head } {
  const model = Model.load(folder);
  const logits = tidy(() =>
    download(model.logits(new Tape(false), model.parameters.read(), padBatch(examples))),
  );
  model.dispose();
  return { logits, head: model.head };
}

/** Of logits at places that are no padding: what stands there, the programs need not agree on. */
function largestDifference(
  found: ArrayLike<number>,
  expected: readonly number[],
  examples: readonly ClassifiedExample[],
  kind: Head['kind'],
): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  const { attentionMask } = padBatch(examples);
  const outputs = expected.length / (kind === 'sequence' ? examples.length : attentionMask.length);
  return expected.reduce((worst, logit, index) => {
    const counts = kind === 'sequence' || attentionMask[Math.floor(index / outputs)] === 1;
    return counts ? Math.max(worst, Math.abs(logit - found[index])) : worst;
  }, 0);
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-saved-'));
  const python = await startPeer<Record<string, string>, string, Answer>('saved_models.py', []);
  const rows: Row[] = [];
  try {
    for (const network of networkFixtureNames()) {
      const folder = join(scratch, network);
      mkdirSync(folder);
      const examples = await trainAndSave(network, folder);
      const batch = padBatch(examples);
      const rowsOf = (values: ArrayLike<number>) =>
        examples.map((_, row) => Array.from(values).slice(row * batch.length, (row + 1) * batch.length));
      writeFileSync(
        join(folder, 'inputs.json'),
        JSON.stringify({ input_ids: rowsOf(batch.inputIds), attention_mask: rowsOf(batch.attentionMask) }),
      );
      const answer = await python.ask(folder);
      const [saved, back] = [folder, join(folder, 'back')].map((own) => logitsOf(own, examples));
      const { head } = back;
      if (
        head.kind !== 'vocabulary' &&
        [Object.values(answer.labels), head.labels].some((own) => `${own}` !== `${LABELS}`)
      )
        throw new Error(
          `${network}: the labels are ${Object.values(answer.labels)} there and ${head.labels} on return`,
        );
      rows.push({
        network,
        'class in Python': answer.class,
        'saved here, read there': largestDifference(saved.logits, answer.logits, examples, head.kind),
        'saved there, read here': largestDifference(back.logits, answer.changed, examples, head.kind),
      });
    }
  } finally {
    await python.end();
    rmSync(scratch, { recursive: true });
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ...python.greeting, models: rows }));
  else {
    console.log(
      `Largest difference of a logit (transformers ${python.greeting.transformers}, PyTorch ${python.greeting.torch})`,
    );
    console.table(rows);
  }
  const worst = Math.max(
    ...rows.flatMap((row) => [row['saved here, read there'], row['saved there, read here']]),
  );
  if (!(worst < LARGEST_DIFFERENCE))
    throw new Error(`a logit differs by ${worst}; at most ${LARGEST_DIFFERENCE} is allowed`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
