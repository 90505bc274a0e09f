import type { BorrowedParameters, Tensor } from '../nn';
import type { Objective } from '../tasks';
import { MovingAverage } from './average';
import type { TrainingOptions } from './configuration';
import { layerRates } from './layer-rates';
import { AdamW, type Gradients } from './optimizer';

export type LearnerOptions = Pick<TrainingOptions, 'weightDecay' | 'layerDecay' | 'averaging'>;

/** Named arrays of a run's parts, such as `parameters/…`, `optimizer/…`, `average/…`: the content of a checkpoint. */
export type State = ReadonlyMap<string, Tensor>;

/**
 * The mutable state of training: a task's parameters, the optimizer's moments, the average. Owns the last two until `dispose()`.
 * With several processes, each updates only some of the parameters, and keeps the moments and averages of those.
 */
export class Learner<Example extends { inputIds: Int32Array }> {
  readonly #optimizer: AdamW;
  readonly #average?: MovingAverage;

  /** @param parameters those of the task that are updated here */
  constructor(
    readonly task: Objective<Example>,
    { weightDecay, layerDecay, averaging }: LearnerOptions,
    readonly parameters: BorrowedParameters = task.parameters,
  ) {
    this.#optimizer = new AdamW(
      parameters,
      weightDecay,
      layerRates(parameters.shapes.keys(), task.layers, layerDecay),
    );
    if (averaging > 0) this.#average = new MovingAverage(parameters, averaging);
  }

  /** Applies one update; `scale` multiplies every gradient (clipping). */
  update(gradients: Gradients, learningRate: number, scale: number): void {
    this.#optimizer.update(gradients, learningRate, scale);
    this.#average?.update();
  }

  /** Runs `work` with the parameters to be evaluated and saved: the averages, if any. */
  async judged<T>(work: () => Promise<T>): Promise<T> {
    return this.#average ? this.#average.inPlace(work) : work();
  }

  snapshot(): Map<string, Tensor> {
    return new Map(
      this.#parts().flatMap(([part, owner]) =>
        [...owner.snapshot()].map(([name, tensor]): [string, Tensor] => [`${part}/${name}`, tensor]),
      ),
    );
  }

  restore(state: State): void {
    for (const [part, owner] of this.#parts()) owner.restore(partOf(state, part));
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#average?.dispose();
  }

  #parts() {
    const parts: [string, Restorable][] = [
      ['parameters', this.parameters],
      ['optimizer', this.#optimizer],
    ];
    if (this.#average) parts.push(['average', this.#average]);
    return parts;
  }
}

/** Returns the shapes of a run's state by name, to check a checkpoint against. */
export function shapesOfState(
  parameters: ReadonlyMap<string, readonly number[]>,
  { averaging }: Pick<LearnerOptions, 'averaging'>,
): Map<string, readonly number[]> {
  const parts = ['parameters', 'optimizer/first', 'optimizer/second', ...(averaging > 0 ? ['average'] : [])];
  const shapes = new Map<string, readonly number[]>(
    parts.flatMap((part) =>
      [...parameters].map(([name, shape]): [string, readonly number[]] => [`${part}/${name}`, shape]),
    ),
  );
  shapes.set('optimizer/steps', [1]).set('optimizer/scales', [2]);
  if (averaging > 0) shapes.set('average/steps', [1]);
  return shapes;
}

interface Restorable {
  snapshot(): Map<string, Tensor>;
  restore(state: State): void;
}

/** Returns the arrays of one part, without its prefix. */
export function partOf(state: State, part: string): Map<string, Tensor> {
  const prefix = `${part}/`;
  const own = [...state].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
