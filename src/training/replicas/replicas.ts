import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, type Tensor, writeSafetensors } from '../../nn';
import type { Objective } from '../../tasks';
import { partOf, type State } from '../learner';
import {
  gradientScale,
  type Part,
  partsOf,
  refuseDivergence,
  type Stepper,
  type StepperOptions,
} from '../step';
import { deal } from './deal';
import { exchangeBytes, pathOfNumbers } from './exchange';
import type { Argument, Commands } from './messages';
import { ReplicaProcess } from './replica-process';

/**
 * Starts replicas of a task's network. The task's parameters are the initial state, unless there is a checkpoint's, and hold the
 * replicas' weights during evaluation. If a replica ends unexpectedly, the current operation fails with an InputError.
 */
export async function startReplicas<Example extends { inputIds: Int32Array }>(
  task: Objective<Example>,
  options: StepperOptions,
  count: number,
  state: State = underPrefix(task.parameters.snapshot()),
): Promise<Stepper<Example>> {
  const folder = mkdtempSync(join(sharedPlace(task, count), `falconframes-replicas-${process.pid}-`));
  const file = join(folder, 'state');
  const replicas = Array.from({ length: count }, (_, own) => new ReplicaProcess(folder, own, count));
  const dispose = async () => {
    await Promise.all(replicas.map((replica) => replica.end()));
    rmSync(folder, { recursive: true, force: true });
  };
  const askAll = <Name extends keyof Commands>(name: Name, argument: (own: number) => Argument<Name>) =>
    Promise.all(replicas.map((replica, own) => replica.ask(name, argument(own))));
  /** Collects the saved state of the replicas, each of what it updates. */
  const fetch = async (what: 'judged' | 'everything'): Promise<State> => {
    await askAll('save', (own) => ({ what, file: `${file}-${own}` }));
    const saved = replicas.flatMap((_, own) => {
      const part = readSafetensors(`${file}-${own}`);
      rmSync(`${file}-${own}`);
      return [...part];
    });
    return new Map(saved);
  };

  try {
    writeSafetensors(file, state);
    const { weightDecay, layerDecay, averaging } = options;
    await askAll('prepare', (own) => ({
      own,
      replicas: count,
      blueprint: task.blueprint!,
      description: JSON.stringify(task.description),
      options: { weightDecay, layerDecay, averaging },
      file,
    }));
    rmSync(file);
    await askAll('connect', () => undefined);
    // All have opened them: unlinked files disappear with the processes, however these end.
    for (let own = 0; own < count; own++) rmSync(pathOfNumbers(folder, own));
  } catch (error) {
    await dispose();
    throw error;
  }

  return {
    async step(batches, step) {
      const works = shareOut(task, batches, count, step.step, options.accumulation);
      const contributions = await askAll('differentiate', (own) => ({
        parts: works[own],
        seed: options.seed,
        precision: step.precision,
      }));
      const loss = contributions.reduce((sum, contribution) => sum + contribution.loss, 0);
      const squares = await askAll('sum', () => contributions);
      const gradientNorm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
      const outcome = { loss, gradientNorm };
      refuseDivergence(outcome, step);
      const scale = gradientScale(options.clipNorm, outcome, step);
      await askAll('update', () => ({ learningRate: step.learningRate, scale }));
      return outcome;
    },
    async judged(work) {
      task.parameters.restore(partOf(await fetch('judged'), 'parameters'));
      return work();
    },
    snapshot: () => fetch('everything'),
    dispose,
  };
}

/** Returns each replica's part of every batch, with its weight, so that the sum is the mean loss of all. */
export function shareOut<Example extends { inputIds: Int32Array }>(
  task: Objective<Example>,
  batches: readonly (readonly Example[])[],
  replicas: number,
  step: number,
  accumulation = 1,
): Part<Example>[][] {
  const works = Array.from({ length: replicas }, (): Part<Example>[] => []);
  const hands = batches.flatMap((batch) => deal(batch, replicas));
  const parts = partsOf(task, hands, step, step * accumulation * replicas);
  for (const [place, own] of parts.entries()) works[place % replicas].push(...own);
  return works;
}

const SHARED_MEMORY = '/dev/shm';
/** Parameters, two moments and the average: exchanged between the processes for a checkpoint. */
const STATES = 4;

/** Returns a folder in memory if there is one with enough space, else the temporary folder. */
function sharedPlace(
  { parameters: { shapes } }: Pick<Objective<never>, 'parameters'>,
  replicas: number,
): string {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (bavail * bsize > exchangeBytes(shapes, replicas + STATES)) return SHARED_MEMORY;
  } catch {
    // Not every machine has one.
  }
  return tmpdir();
}

const underPrefix = (parameters: ReadonlyMap<string, Tensor>): State =>
  new Map([...parameters].map(([name, tensor]) => [`parameters/${name}`, tensor]));
