/**
 * `npm run bench -- saved-models [--json]`: whether saved models can be exchanged with Python. A check rather than a measurement:
 * exit status 1 if not.
 *
 * Small networks of each encoder with each head, and a tagger of each, are trained for some steps here and saved; Python's
 * `AutoModelFor…` loads each folder, computes the logits of the same inputs, changes the weights and saves them with
 * `save_pretrained`; that folder is loaded here. Logits must agree to 1e-4 both ways, and labels must keep their names. A small
 * difference means little if all logits are alike: the column `spread` is the standard deviation of an output over the inputs.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPeer } from '../benchmark';
import { download, padBatch, Tape, tidy } from '../nn';
import { inputs, type Traveller, travellers } from './saved-models.fixture';

const LARGEST_DIFFERENCE = 1e-4;

interface Answer {
  class: string;
  labels: Record<string, string>;
  problem: string | null;
  logits: number[];
  changed: number[];
}

interface Row {
  network: string;
  'class in Python': string;
  spread: number;
  'saved here, read there': number;
  'saved there, read here': number;
}

function logitsOf({ load }: Traveller, folder: string): Float32Array {
  const model = load(folder);
  const logits = tidy(() =>
    download(model.logits(new Tape(false), model.parameters.read(), padBatch(inputs))),
  );
  model.dispose();
  return logits;
}

/** Positions of logits that are not padding: on padding the programs need not agree. */
function placesThatCount(logits: number, perToken: boolean): number[] {
  const { attentionMask } = padBatch(inputs);
  const outputs = logits / (perToken ? attentionMask.length : inputs.length);
  return [...Array(logits).keys()].filter(
    (place) => !perToken || attentionMask[Math.floor(place / outputs)] === 1,
  );
}

const largestDifference = (ones: ArrayLike<number>, others: ArrayLike<number>, places: readonly number[]) =>
  ones.length === others.length
    ? places.reduce((worst, place) => Math.max(worst, Math.abs(ones[place] - others[place])), 0)
    : Number.POSITIVE_INFINITY;

/** Standard deviation of an output over the inputs, averaged over outputs. */
function standardDeviation(logits: Float32Array, places: readonly number[], outputs: number): number {
  const deviations = Array.from({ length: outputs }, (_, output) => {
    const values = places.filter((place) => place % outputs === output).map((place) => logits[place]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  });
  return deviations.reduce((sum, own) => sum + own, 0) / outputs;
}

/** Runs a round trip. @param ask has Python load a folder, compute, change the weights and save them in `back` */
async function travel(
  traveller: Traveller,
  folder: string,
  ask: (folder: string) => Promise<Answer>,
): Promise<Row> {
  const { name, perToken, labels, problem, ours } = traveller;
  mkdirSync(folder);
  await traveller.train(folder);
  const batch = padBatch(inputs);
  const rowsOf = (values: ArrayLike<number>) =>
    inputs.map((_, row) => Array.from(values).slice(row * batch.length, (row + 1) * batch.length));
  writeFileSync(
    join(folder, 'inputs.json'),
    JSON.stringify({ input_ids: rowsOf(batch.inputIds), attention_mask: rowsOf(batch.attentionMask) }),
  );
  const answer = await ask(folder);
  if (answer.problem !== problem || (labels && `${Object.values(answer.labels)}` !== `${labels}`))
    throw new Error(
      `${name}: in Python the labels are ${Object.values(answer.labels)} (${answer.problem}) instead of ${labels} (${problem})`,
    );
  const [saved, back] = [folder, join(folder, 'back')].map((own) => logitsOf(traveller, own));
  const places = placesThatCount(saved.length, perToken);
  const outputs = saved.length / (perToken ? batch.attentionMask.length : inputs.length);
  return {
    network: name,
    'class in Python': answer.class,
    spread: standardDeviation(saved, places, outputs),
    'saved here, read there': largestDifference(saved, ours(answer.logits), places),
    'saved there, read here': largestDifference(back, ours(answer.changed), places),
  };
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-saved-'));
  const python = await startPeer<Record<string, string>, string, Answer>('saved_models.py', []);
  const rows: Row[] = [];
  try {
    for (const traveller of travellers())
      rows.push(await travel(traveller, join(scratch, traveller.name), python.ask));
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
