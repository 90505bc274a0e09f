import type { Precision } from '../../nn';
import type { Blueprint } from '../../tasks';
import type { LearnerOptions } from '../learner';
import type { Part } from '../step';
import type { Contribution } from './exchange';

/** What a replica does when it is told, one thing after the other. */
export interface Commands {
  /** Makes the task and its own file of numbers, with the parameters that it updates. */
  prepare(setup: Setup): void;
  /** Opens the files of the others, which all have made theirs. */
  connect(): void;
  /** Loss and gradients of its parts; puts the gradients that others need into its file. */
  differentiate(work: Work): Contribution;
  /** Adds up everyone's gradients of the parameters that it updates; says the sum of their squares. */
  sum(contributions: readonly Contribution[]): number;
  /** Updates its parameters by these sums, and puts them into its file. */
  update(step: Update): void;
  /** Writes what it has of the weights to be judged, as `parameters/…`, or of all that is needed to go on. */
  save(order: { what: 'judged' | 'everything'; file: string }): Promise<void>;
}

export interface Setup {
  /** Of `replicas`, from 0 on. */
  own: number;
  replicas: number;
  blueprint: Blueprint;
  /** The task's description as JSON, which that of the remade task has to equal. */
  description: string;
  options: LearnerOptions;
  /** The state to begin with: parameters alone, or a checkpoint's. */
  file: string;
}

export interface Work {
  /** None where the batch had too few windows. */
  parts: readonly Part<{ inputIds: Int32Array }>[];
  seed: number;
  precision: Precision;
}

export interface Update {
  learningRate: number;
  /** What every gradient is multiplied by (clipping). */
  scale: number;
}

export type Argument<Name extends keyof Commands> = Parameters<Commands[Name]>[0];
export type Answer<Name extends keyof Commands> = Awaited<ReturnType<Commands[Name]>>;

export interface Request {
  name: keyof Commands;
  argument: unknown;
}
