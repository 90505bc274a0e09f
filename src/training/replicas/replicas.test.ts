import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { createRandom, InputError, projectRoot } from '../../foundation';
import {
  download,
  free,
  livingTensors,
  Model,
  readSafetensors,
  TokenClassifier,
  usesGpu,
  writeSafetensors,
} from '../../nn';
import { relativeError } from '../../nn/network.fixture';
import { copyTinyBert } from '../../nn/tiny-bert.fixture';
import type { Example, LossName, Objective } from '../../tasks';
import { maskingObjective, type TextExample, taggingObjective } from '../../tasks';
import { DEFAULT_TRAINING } from '../configuration';
import { accumulate, type Stepper, type StepperOptions } from '../step';
import { startStepper } from '../stepper';
import { train } from '../trainer';
import { chooseReplicas } from './choose';
import { deal } from './deal';
import { shareParameters } from './exchange';
import { Replica } from './replica';
import { shareOut } from './replicas';

const linux = { skip: process.platform === 'linux' ? false : 'replicas share memory only on Linux' };

const options: StepperOptions & { learningRate: number } = {
  ...DEFAULT_TRAINING,
  seed: 7,
  learningRate: 1e-3,
  clipNorm: 0.1,
};

/** Windows of 4 to 12 tokens, some annotated for all classes, some for one, some for none. */
function windows(count: number): Example[] {
  const random = createRandom(3);
  return Array.from({ length: count }, (_, row) => {
    const length = 4 + random.below(9);
    const classes = [8, 2, 0][row % 3];
    return {
      inputIds: Int32Array.from({ length }, () => 10 + random.below(12)),
      labels: Uint8Array.from({ length: length * 8 }, (_, place) => (place % 2 === 0 ? random.below(2) : 0)),
      known: Uint8Array.from({ length: length * 8 }, (_, place) => (place % 8 < classes ? 1 : 0)),
    };
  });
}

function tagger(context: TestContext, loss: LossName, dropout = 0): Objective<Example> {
  const model = TokenClassifier.load(copyTinyBert(context));
  Object.assign(model.configuration.encoder, { hiddenDropout: dropout, attentionDropout: dropout });
  context.after(() => model.dispose());
  return taggingObjective(model, { ...DEFAULT_TRAINING, loss, classWeights: { Cell: 2 } });
}

const step = (number: number) => ({
  step: number,
  where: 'the test',
  learningRate: options.learningRate,
  precision: 'float32' as const,
});

/** Replicas that a test started, which end with it. */
async function replicasOf<E extends { inputIds: Int32Array }>(
  context: TestContext,
  task: Objective<E>,
  count: number,
  own: StepperOptions = options,
): Promise<Stepper<E>> {
  const stepper = await startStepper(task, own, count);
  context.after(() => stepper.dispose());
  return stepper;
}

test('a batch is split completely, into nearly equal numbers of windows and tokens', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 70 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 4 }), (all, hands) => {
      const batch = all.map((length) => ({ inputIds: new Int32Array(length) }));
      const dealt = deal(batch, hands);
      assert.deepEqual(new Set(dealt.flat()), new Set(batch));
      assert.equal(dealt.flat().length, batch.length);
      const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
      assert.ok(spread(dealt.map(({ length }) => length)) <= 1);
      const tokens = dealt.map((hand) => hand.reduce((sum, { inputIds }) => sum + inputIds.length, 0));
      assert.ok(spread(tokens) <= Math.max(...all));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('short runs and tasks that cannot be rebuilt stay in one process', () => {
  assert.equal(chooseReplicas(1000, true), 1);
  assert.equal(chooseReplicas(1e9, false), 1);
  assert.equal(chooseReplicas(1000, true, 1), 1);
  assert.throws(() => chooseReplicas(1e9, false, 2), InputError);
});

test('a long run uses one process per thread, of which a run beside others has few', linux, (context) => {
  const { TF_NUM_INTRAOP_THREADS: before } = process.env;
  context.after(() => {
    if (before === undefined) delete process.env.TF_NUM_INTRAOP_THREADS;
    else process.env.TF_NUM_INTRAOP_THREADS = before;
  });
  for (const [threads, replicas] of [
    [1, 1],
    [3, 3],
    [64, 4],
  ]) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    assert.equal(chooseReplicas(1e9, true), usesGpu() ? 1 : replicas);
  }
});

for (const loss of ['bce', 'cross_entropy'] as const) {
  test(`${loss}: two replicas take the same steps as one process`, linux, async (context) => {
    const all = windows(24);
    // Unevenly annotated; one batch with fewer windows than replicas, one without annotations.
    const steps = [
      [all.slice(0, 9)],
      [all.slice(1, 2)],
      [all.slice(9, 16), all.slice(16, 21)],
      [[all[2], all[5]]],
    ];
    const own = { ...options, accumulation: 2, averaging: 0.9 };
    const [one, two] = [
      await replicasOf(context, tagger(context, loss), 1, own),
      await replicasOf(context, tagger(context, loss), 2, own),
    ];
    for (const [index, batches] of steps.entries()) {
      const weighted = { ...step(index), weight: [1, 0.3, 2.5][index % 3] };
      const expected = await one.step(batches, weighted);
      const found = await two.step(batches, weighted);
      assert.ok(Math.abs(found.loss - expected.loss) < 1e-6 * Math.max(1, expected.loss));
      const error = Math.abs(found.gradientNorm - expected.gradientNorm);
      assert.ok(error <= 1e-5 * expected.gradientNorm, `${error} at step ${index}`);
      const [reference, state] = [await one.snapshot(), await two.snapshot()];
      assert.deepEqual(new Set(state.keys()), new Set(reference.keys()));
      for (const [name, { data }] of reference) {
        // A key's bias cannot change the softmax: its gradient is rounding noise, which Adam turns into steps of either sign.
        if (name.endsWith('key.bias')) continue;
        // After one step the first moments are the gradients; later ones are for weights that differ by rounding.
        if (name.startsWith('optimizer/') && index > 0) continue;
        const distance = relativeError(state.get(name)!.data, data, 1e-6);
        assert.ok(distance < 1e-5, `${name}: ${distance} at step ${index}`);
      }
    }
    // A step so long that the weights become non-finite.
    await two.step([all], { ...step(4), learningRate: 1e30 });
    await assert.rejects(two.step([all], step(5)), {
      name: 'InputError',
      message: /diverged at step 6 \(the test\)/,
    });
  });
}

test('masked words: the sum over the replicas is the gradient of all their parts', linux, async (context) => {
  const folder = join(projectRoot, 'src', 'nn', 'fixtures', 'networks', 'bert-vocabulary');
  const model = Model.load(folder);
  context.after(() => model.dispose());
  const masking = {
    maskId: 4,
    vocabularySize: model.encoder.vocabularySize,
    specialIds: new Set([0, 1, 2, 3, 4]),
  };
  const task = maskingObjective(model, masking, folder);
  const batch: TextExample[] = windows(7).map(({ inputIds }) => ({ inputIds }));
  // With dropout: the parts draw the same random numbers as the replicas.
  const parts = shareOut(task, [batch], 3, 0);
  assert.ok(Math.abs(parts.flat().reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
  const { loss, gradients } = accumulate(task, parts.flat(), options.seed);
  const three = await replicasOf(context, task, 3);
  const outcome = await three.step([batch], step(0));
  assert.ok(Math.abs(outcome.loss - loss) < 1e-6);
  const state = await three.snapshot();
  for (const [name, gradient] of gradients) {
    const error = relativeError(state.get(`optimizer/first/${name}`)!.data, download(gradient), 1e-6);
    assert.ok(error < 1e-5, `${name}: ${error}`);
  }
  free(...gradients.values());
});

/** Two replicas of a task in this process, for inspection. */
function pairOf(context: TestContext, task: Objective<Example>) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'state');
  const parameters = [...task.parameters.snapshot()];
  writeSafetensors(file, new Map(parameters.map(([name, tensor]) => [`parameters/${name}`, tensor])));
  const pair = [0, 1].map(() => new Replica(folder));
  const setup = {
    replicas: 2,
    blueprint: task.blueprint!,
    description: JSON.stringify(task.description),
    file,
  };
  for (const [own, replica] of pair.entries()) replica.prepare({ ...setup, own, options });
  for (const replica of pair) replica.connect();
  return {
    step(batch: Example[], number: number) {
      const works = shareOut(task, [batch], 2, number);
      const contributions = pair.map((replica, own) =>
        replica.differentiate({ parts: works[own], seed: options.seed, precision: 'float32' }),
      );
      for (const replica of pair) assert.ok(replica.sum(contributions) > 0);
      for (const replica of pair) replica.update({ learningRate: 1e-3, scale: 1 });
    },
    async state() {
      const parts = [];
      for (const replica of pair) {
        await replica.save({ what: 'everything', file });
        parts.push(...readSafetensors(file));
      }
      return new Map(parts);
    },
  };
}

test('with dropout too, runs of one seed are bit-identical', linux, async (context) => {
  const [one, other] = [0, 1].map(() => pairOf(context, tagger(context, 'bce', 0.2)));
  for (const pair of [one, other])
    for (const [index, count] of [6, 1, 9].entries()) pair.step(windows(24).slice(0, count), index);
  assert.deepEqual(await one.state(), await other.state());
});

test('every parameter is updated by one replica, and the work is balanced', () => {
  const extents = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 4, maxLength: 60 });
  fc.assert(
    fc.property(extents, fc.integer({ min: 1, max: 4 }), (sizes, replicas) => {
      const shapes = new Map(sizes.map((size, index): [string, number[]] => [`parameter ${index}`, [size]]));
      const owners = shareParameters(shapes, replicas);
      assert.deepEqual(new Set(owners.keys()), new Set(shapes.keys()));
      const loads = Array.from({ length: replicas }, (_, replica) =>
        sizes.filter((_, index) => owners.get(`parameter ${index}`) === replica),
      ).map((own) => own.reduce((sum, size) => sum + size, 0));
      assert.ok(loads.every((load) => load > 0));
      assert.ok(Math.max(...loads) - Math.min(...loads) <= Math.max(...sizes));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('replicas have as many tensors after many steps as after the first', linux, (context) => {
  const pair = pairOf(context, tagger(context, 'bce', 0.2));
  const counts = [10, 1, 12, 7, 2].map((count, index) => {
    pair.step(windows(count), index);
    return livingTensors();
  });
  assert.deepEqual(
    counts,
    counts.map(() => counts[0]),
  );
});

/** What remains of the replicas of a process: child processes, by id, and shared folders. */
function replicasLeft(parent: number): { processes: number[]; folders: string[] } {
  const name = `falconframes-replicas-${parent}-`;
  const isReplica = (id: string) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(name);
    } catch {
      return false; // It ended meanwhile.
    }
  };
  return {
    processes: readdirSync('/proc')
      .filter((id) => /^\d+$/.test(id) && isReplica(id))
      .map(Number),
    folders: ['/dev/shm', tmpdir()].flatMap((place) =>
      existsSync(place) ? readdirSync(place).filter((folder) => folder.startsWith(name)) : [],
    ),
  };
}

test('a killed replica ends the run with one sentence, and everything else', linux, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  let heard = 0;
  const run = train({
    task: tagger(context, 'bce'),
    examples: windows(24),
    options: { ...DEFAULT_TRAINING, batchSize: 6 },
    folder,
    replicas: 2,
    evaluate: async () => ({ loss: 0, score: 0 }),
    onRow: () => {
      const { processes } = replicasLeft(process.pid);
      assert.equal(processes.length, 2);
      // Ctrl-C reaches them too, but is handled by the training process.
      if (++heard === 1) process.kill(processes[0], 'SIGINT');
      if (heard === 2) process.kill(processes[1], 'SIGKILL');
    },
  });
  await assert.rejects(run, {
    name: 'InputError',
    message: /was killed, usually because it ran out of memory; .*--replicas 1/,
  });
  assert.equal(heard, 2);
  assert.deepEqual(replicasLeft(process.pid), { processes: [], folders: [] });
});

test('killed and resumed, the weights equal those of an uninterrupted run', linux, async (context) => {
  const source = copyTinyBert(context);
  const settings = {
    ...DEFAULT_TRAINING,
    epochs: 2,
    batchTokens: 32,
    accumulation: 2,
    averaging: 0.9,
    checkpointMinutes: 0,
  };
  const plain = ({ inputIds, labels, known }: Example) => [inputIds, labels, known].map((list) => [...list]);
  /** Trains in a separate process that kills itself after so many rows. */
  const attempt = async (name: string, replicas: number, rows: number) => {
    const file = join(source, `${name}.json`);
    const run = { source, settings, folder: join(source, name), examples: windows(18).map(plain), replicas };
    writeFileSync(file, JSON.stringify(run));
    const fixture = join(__dirname, '..', 'killed-run.fixture.js');
    const child = spawn(process.execPath, [fixture, file, 'row', String(rows)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [status, signal] = await once(child, 'exit');
    // Nothing is left behind: a replica may finish its current computation first.
    for (let left = 1; left > 0; await setTimeout(20)) {
      const { processes, folders } = replicasLeft(child.pid!);
      left = processes.length + folders.length;
    }
    return signal ?? status;
  };
  assert.equal(await attempt('whole', 2, 1000), 0);
  assert.equal(await attempt('killed', 2, 2), 'SIGKILL');
  // The number in its checkpoint counts, not the one given when resuming.
  assert.equal(await attempt('killed', 1, 1000), 0);
  const [whole, resumed] = ['whole', 'killed'].map((name) =>
    readSafetensors(join(source, name, 'model.safetensors')),
  );
  assert.deepEqual(resumed, whole);
});
