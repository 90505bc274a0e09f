import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { completeDistillation, type DistillationConfiguration, type PruneOptions } from '../compression';
import { projectRoot } from '../foundation';
import { readConfiguration } from '../nn';
import { DEFAULT_TRAINING } from '../training';
import { variationsOf } from './profiles';
import type { Run } from './run';

/** Size of the compressed model in notebook 5. */
export const KEPT = {
  /** Maximum number of word pieces. */
  vocabulary: 11_000,
  layers: 3,
  /** Hidden size; heads that no longer fit are removed. */
  hidden: 256,
  /** Per layer. */
  neurons: 640,
};

/** What notebook 5 prunes. */
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

/** How notebook 5 distils the trimmed model into the pruned one. */
export function distillationOf(run: Run): DistillationConfiguration {
  const { maximumLength } = readConfiguration(run.files.model);
  const { training, compression } = run.profile;
  return {
    ...{ ...DEFAULT_TRAINING, ...training, maximumLength },
    ...{ epochs: compression.epochs, learningRate: 8e-4, averaging: 0.999, seed: run.seed },
    ...{ train: [run.files.train], dev: [run.files.dev], ...variationsOf(run.profile) },
    distillation: completeDistillation({ student: run.files.pruned }, 'notebook 5'),
  };
}

/** Returns the folders of the models included in the project, as far as they exist. */
export function shippedModels(): string[] {
  return ['falconframes-small', 'falconframes-tiny']
    .map((name) => join(projectRoot, 'models', name))
    .filter((folder) => existsSync(join(folder, 'config.json')));
}

/** Path of the table of the pruning study included in the project; it need not exist. */
export const pruningStudy = join(projectRoot, 'data', 'pruning', 'pruning.csv');
