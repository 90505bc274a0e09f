import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { completeDistillation, type DistillationConfiguration, type PruneOptions } from '../compression';
import { projectRoot } from '../foundation';
import { readConfiguration } from '../nn';
import { DEFAULT_TRAINING } from '../training';
import type { Run } from './run';

/** What notebook 5 leaves of the model. */
export const KEPT = {
  /** Word pieces at most. */
  vocabulary: 11_000,
  layers: 3,
  /** Numbers of a token's hidden state; heads go for which there is no room any more. */
  hidden: 256,
  /** Of each layer. */
  neurons: 640,
};

/** What notebook 5 removes. */
export function pruneOptionsOf(run: Run): PruneOptions {
  const { encoder } = readConfiguration(run.files.model);
  return {
    data: [run.files.train],
    sentences: run.profile.compression.pruneSentences,
    seed: run.seed,
    loss: run.profile.training.loss,
    layers: encoder.layers - KEPT.layers,
    heads: 0,
    neurons: encoder.intermediateSize - KEPT.neurons,
    hidden: encoder.hiddenSize - KEPT.hidden,
  };
}

/** How notebook 5 teaches the pruned model what the trimmed one says. */
export function distillationOf(run: Run): DistillationConfiguration {
  const { maximumLength } = readConfiguration(run.files.model);
  const { training, compression } = run.profile;
  return {
    ...{ ...DEFAULT_TRAINING, ...training, maximumLength },
    ...{ epochs: compression.epochs, learningRate: 8e-4, averaging: 0.999, seed: run.seed },
    ...{ train: [run.files.train], dev: [run.files.dev], variations: {} },
    distillation: completeDistillation({ student: run.files.pruned }, 'notebook 5'),
  };
}

/** The folders of the models that come with the project, of those that are there. */
export function shippedModels(): string[] {
  return ['falconframes-small', 'falconframes-tiny']
    .map((name) => join(projectRoot, 'models', name))
    .filter((folder) => existsSync(join(folder, 'config.json')));
}

/** The table of the pruning study that comes with the project, whether or not it is there. */
export const pruningStudy = join(projectRoot, 'data', 'pruning', 'pruning.csv');
