/**
 * `npm run bench -- training [--encoder NAME] [--steps N] [--json]`: real (unpadded) tokens per second in training, ours against
 * PyTorch's, on this machine.
 *
 * MiniLM-L6, or another encoder, on sentences of JNLPBA and CRAFT, 32 windows per step, with dropout and clipping, 5 rounds of 20 (or
 * N) steps. Each contender gets the same windows in each round; contenders take turns, so that other load on the machine affects all
 * equally; medians over rounds. `ours` is the default for a long run, including replicas; `trainer` is Hugging Face's Trainer at its defaults, `torch …`
 * a PyTorch loop written for speed (environment/bench/torch_training.py). PyTorch gets a separate environment, created on the first
 * run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPeer } from '../benchmark';
import { loadCorpus } from '../corpora';
import { FOUR } from '../foundation/labels.fixture';
import { LITERATURE_VIEW } from '../literature/views';
import { choosePrecision, fetchEncoder, TokenClassifier } from '../nn';
import { type Example, prepareExamples, taggingObjective } from '../tasks';
import { Tokenizer } from '../tokenization';
import { groupByLength } from './batching';
import { DEFAULT_TRAINING } from './configuration';
import { chooseReplicas } from './replicas';
import { startStepper } from './stepper';

const ROUNDS = 5;
const BATCH_SIZE = 32;
const SEED = 1;

interface Round {
  tokens: number;
  seconds: number;
}

/** Runs the steps of a round and returns their time. */
type Contender = (round: number) => Promise<Round>;

const { scheme, maximumLength, threshold } = DEFAULT_TRAINING;
const TAGGING = { scheme, labels: FOUR, maximumLength, threshold };

/** Draws the first batches of an epoch, in rounds. One round more than is measured: the first is a warm-up. */
async function drawRounds(encoder: string, steps: number): Promise<Example[][][]> {
  const corpora = await Promise.all([
    loadCorpus('jnlpba', 'train', LITERATURE_VIEW),
    loadCorpus('craft', 'all', LITERATURE_VIEW),
  ]);
  const sentences = corpora.flatMap((corpus) => corpus.sentences);
  const { examples } = await prepareExamples(sentences, new Tokenizer(encoder), TAGGING);
  const limits = { batchSize: BATCH_SIZE, batchTokens: null };
  const batches = groupByLength(examples, limits, SEED, 1);
  return Array.from({ length: ROUNDS + 1 }, (_, round) => batches.slice(round * steps, (round + 1) * steps));
}

/** The engine as configured for a run of many tokens. */
async function ourContender(encoder: string, rounds: Example[][][]) {
  const model = TokenClassifier.fromEncoder(encoder, TAGGING, SEED);
  const task = taggingObjective(model, DEFAULT_TRAINING);
  const { precision, reason } = choosePrecision();
  const replicas = chooseReplicas(Number.POSITIVE_INFINITY, true);
  console.error(`ours multiplies in ${precision} (${reason}) in ${replicas} processes`);
  const stepper = await startStepper(task, DEFAULT_TRAINING, replicas);
  let step = 0;
  const run: Contender = async (round) => {
    const started = performance.now();
    let tokens = 0;
    for (const batch of rounds[round]) {
      const { learningRate } = DEFAULT_TRAINING;
      await stepper.step([batch], { step: step++, where: `round ${round}`, learningRate, precision });
      for (const { inputIds } of batch) tokens += inputIds.length;
    }
    return { tokens, seconds: (performance.now() - started) / 1000 };
  };
  return { run, end: () => stepper.dispose() };
}

/** Writes the input for Python: the windows of each round. */
function writeExamples(rounds: Example[][][], folder: string): string {
  const file = join(folder, 'examples.json');
  const plain = ({ inputIds, labels, known }: Example) => ({
    input_ids: [...inputIds],
    labels: [...labels],
    known: [...known],
  });
  writeFileSync(file, JSON.stringify(rounds.map((batches) => batches.map((batch) => batch.map(plain)))));
  return file;
}

/** PyTorch's contenders, in a separate process. @param options 'trainer' or 'loop', encoder, file of examples */
async function torchContenders(options: string[], environment: Record<string, string> = {}) {
  const peer = await startPeer<{ contenders: string[] }, { contender: string; round: number }, Round>(
    'torch_training.py',
    options,
    environment,
  );
  const contenders = peer.greeting.contenders.map((contender): [string, Contender] => [
    contender,
    (round) => peer.ask({ contender, round }),
  ]);
  return { contenders, end: peer.end };
}

const median = (values: number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      encoder: { type: 'string', default: 'minilm-l6-h384-uncased' },
      steps: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  const encoder = await fetchEncoder(options.encoder);
  const rounds = await drawRounds(encoder, Number(options.steps));
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-bench-'));
  const file = writeExamples(rounds, folder);
  const trainer = await torchContenders(['trainer', encoder, file]);
  const loops = await torchContenders(['loop', encoder, file]);
  // OpenMP's threads busy-wait for each other, which is faster on a dedicated machine and slower on a shared one.
  const patient = await torchContenders(['loop', encoder, file], { OMP_WAIT_POLICY: 'passive' });
  const ours = await ourContender(encoder, rounds);
  const contenders: [string, Contender][] = [
    ['ours', ours.run],
    ...trainer.contenders,
    ...loops.contenders,
    ...patient.contenders.map(([name, run]): [string, Contender] => [`${name}, threads wait passively`, run]),
  ];
  const rates = new Map(contenders.map(([name]) => [name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of contenders) {
      const { tokens, seconds } = await run(round);
      console.error(
        `${round === 0 ? 'warming up' : `round ${round} of ${ROUNDS}`}: ${name} ${Math.round(tokens / seconds)} tokens/s`,
      );
      if (round > 0) rates.get(name)!.push(tokens / seconds);
    }
  }
  await Promise.all([ours.end(), trainer.end(), loops.end(), patient.end()]);
  rmSync(folder, { recursive: true });

  const medians = new Map([...rates].map(([name, values]) => [name, median(values)]));
  const ourRate = medians.get('ours')!;
  const bestTorch = Math.max(
    ...[...medians].filter(([name]) => name.startsWith('torch')).map(([, rate]) => rate),
  );
  const report = {
    tokens_per_second: Object.fromEntries([...medians].map(([name, rate]) => [name, Math.round(rate)])),
    ratio_trainer: Number((ourRate / medians.get('trainer')!).toFixed(2)),
    ratio_best_torch: Number((ourRate / bestTorch).toFixed(2)),
  };
  if (options.json) console.log(JSON.stringify(report));
  else {
    console.table(report.tokens_per_second);
    console.log(
      `ours is ${report.ratio_trainer} times the Trainer, ${report.ratio_best_torch} times the best PyTorch loop`,
    );
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
