import { free, readSafetensors, type Tensor, writeSafetensors } from '../../nn';
import type { Objective } from '../../tasks';
import { Learner, partOf } from '../learner';
import { type Gradients, squaredNorm } from '../optimizer';
import { accumulate } from '../step';
import { type Contribution, Exchange } from './exchange';
import type { Argument, Commands, Setup, Update, Work } from './messages';

type Windows = { inputIds: Int32Array };
type Remake = (parameters: ReadonlyMap<string, Tensor>, ...rest: readonly unknown[]) => Objective<Windows>;

/**
 * A copy of the network, which does its part of every step, and keeps moments and averages of the parameters that it updates. Lives
 * as long as its process, whose exit frees all memory.
 */
export class Replica implements Commands {
  #learner!: Learner<Windows>;
  #exchange!: Exchange;
  /** Of its parts of the batch. */
  #gradients: Gradients | undefined;
  /** Over all parts, for the parameters that it updates. */
  #sums: Gradients = new Map();

  /** @param folder shared by all replicas */
  constructor(readonly folder: string) {}

  prepare({ own, replicas, blueprint, description, options, file }: Setup): void {
    const state = readSafetensors(file);
    const remake = (require(blueprint.module) as Record<string, Remake>)[blueprint.export];
    const task = remake(partOf(state, 'parameters'), ...blueprint.arguments);
    if (JSON.stringify(task.description) !== description)
      throw new Error(
        `${blueprint.export} of ${blueprint.module} builds a different task from the one that is trained`,
      );
    this.#exchange = new Exchange(this.folder, own, replicas, task.parameters.shapes);
    this.#learner = new Learner(task, options, task.parameters.only(this.#exchange.updated));
    if (partOf(state, 'optimizer').size > 0) this.#learner.restore(state);
    this.#exchange.writeParameters(task.parameters);
  }

  connect(): void {
    this.#exchange.connect();
  }

  differentiate({ parts, seed, precision }: Work): Contribution {
    if (parts.length === 0) return { loss: 0, present: false, rows: new Map() };
    this.#exchange.readParameters(this.#learner.task.parameters);
    const { loss, gradients } = accumulate(this.#learner.task, parts, seed, precision);
    this.#gradients = gradients;
    return { loss, present: true, rows: this.#exchange.writeGradients(gradients) };
  }

  sum(contributions: readonly Contribution[]): number {
    this.#sums = this.#exchange.sum(contributions, this.#gradients);
    if (this.#gradients) free(...this.#gradients.values());
    this.#gradients = undefined;
    return squaredNorm(this.#sums);
  }

  update({ learningRate, scale }: Update): void {
    this.#learner.update(this.#sums, learningRate, scale);
    free(...this.#sums.values());
    this.#exchange.writeParameters(this.#learner.parameters);
  }

  async save({ what, file }: Argument<'save'>): Promise<void> {
    if (what === 'everything') return writeSafetensors(file, this.#learner.snapshot());
    await this.#learner.judged(async () => {
      const weights = [...this.#learner.parameters.snapshot()];
      writeSafetensors(file, new Map(weights.map(([name, tensor]) => [`parameters/${name}`, tensor])));
    });
  }
}
