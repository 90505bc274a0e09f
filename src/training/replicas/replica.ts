import { free, readSafetensors, type Tensor, tidy, writeSafetensors } from '../../nn';
import { Learner, partOf } from '../learner';
import { type Gradients, globalNorm } from '../optimizer';
import { accumulate, clippingScale } from '../step';
import type { Task } from '../task';
import { type Contribution, Exchange } from './exchange';
import type { Argument, Commands, Setup, Update, Work } from './messages';

type Windows = { inputIds: Int32Array };
type Remake = (parameters: ReadonlyMap<string, Tensor>, ...rest: readonly unknown[]) => Task<Windows>;

/** One copy of the network, which does its part of every step. Lives as long as its process, which gives all memory back. */
export class Replica implements Commands {
  #learner!: Learner<Windows>;
  #exchange!: Exchange;
  #gradients: Gradients | undefined;

  /** @param folder where all replicas put their gradients */
  constructor(readonly folder: string) {}

  prepare({ own, replicas, recipe, description, options, file }: Setup): void {
    const state = readSafetensors(file);
    const remake = (require(recipe.module) as Record<string, Remake>)[recipe.export];
    const task = remake(partOf(state, 'parameters'), ...recipe.arguments);
    if (JSON.stringify(task.description) !== description)
      throw new Error(`${recipe.export} of ${recipe.module} makes another task than the one that is trained`);
    this.#learner = new Learner(task, options);
    if (partOf(state, 'optimizer').size > 0) this.#learner.restore(state);
    this.#exchange = new Exchange(this.folder, own, replicas, task.parameters.shapes);
  }

  connect(): void {
    this.#exchange.connect();
  }

  differentiate({ parts, seed, precision }: Work): Contribution {
    if (parts.length === 0) return { loss: 0, present: false, rows: new Map() };
    const { loss, gradients } = accumulate(this.#learner.task, parts, seed, precision);
    this.#gradients = gradients;
    return { loss, present: true, rows: this.#exchange.write(gradients) };
  }

  update({ contributions, loss, learningRate, clipNorm }: Update): number {
    try {
      return tidy(() => {
        const sums = this.#exchange.sum(contributions, this.#gradients);
        const gradientNorm = globalNorm(sums);
        if (Number.isFinite(loss) && Number.isFinite(gradientNorm))
          this.#learner.update(sums, learningRate, clippingScale(clipNorm, gradientNorm));
        return gradientNorm;
      });
    } finally {
      if (this.#gradients) free(...this.#gradients.values());
      this.#gradients = undefined;
    }
  }

  async save({ what, file }: Argument<'save'>): Promise<void> {
    if (what === 'everything') return writeSafetensors(file, this.#learner.snapshot());
    await this.#learner.judged(async () => {
      const weights = [...this.#learner.task.parameters.snapshot()];
      writeSafetensors(file, new Map(weights.map(([name, tensor]) => [`parameters/${name}`, tensor])));
    });
  }
}
