import type { Precision } from '../../nn';
import type { Blueprint } from '../../tasks';
import type { LearnerOptions } from '../learner';
import type { Part } from '../step';
import type { Contribution } from './exchange';

/** Commands of a replica, executed one at a time. */
export interface Commands {
  /** Builds the task and its shared file, with the parameters that it updates. */
  prepare(setup: Setup): void;
  /** Opens the files of the others, which all exist by now. */
  connect(): void;
  /** Computes loss and gradients of its parts; writes the gradients that others need to its file. */
  differentiate(work: Work): Contribution;
  /** Adds up all gradients of the parameters that it updates; returns their sum of squares. */
  sum(contributions: readonly Contribution[]): number;
  /** Updates its parameters with these sums, and writes them to its file. */
  update(step: Update): void;
  /** Saves its share of the weights to be evaluated, as `parameters/…`, or of the full state for resuming. */
  save(order: { what: 'judged' | 'everything'; file: string }): Promise<void>;
}

export interface Setup {
  /** Its index among `replicas`, from 0. */
  own: number;
  replicas: number;
  blueprint: Blueprint;
  /** The task's description as JSON, which must equal that of the rebuilt task. */
  description: string;
  options: LearnerOptions;
  /** The initial state: parameters only, or a checkpoint's. */
  file: string;
}

export interface Work {
  /** Empty if the batch had too few windows. */
  parts: readonly Part<{ inputIds: Int32Array }>[];
  seed: number;
  precision: Precision;
}

export interface Update {
  learningRate: number;
  /** Factor of every gradient (clipping). */
  scale: number;
}

export type Argument<Name extends keyof Commands> = Parameters<Commands[Name]>[0];
export type Answer<Name extends keyof Commands> = Awaited<ReturnType<Commands[Name]>>;

export interface Request {
  name: keyof Commands;
  argument: unknown;
}
