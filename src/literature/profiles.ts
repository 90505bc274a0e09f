import type { LossOptions, Variations } from '../tasks';
import { DEFAULT_TRAINING, type TrainingConfiguration, type TrainingOptions } from '../training';
import type { CorpusShare } from './replay';

export interface Profile {
  description: string;
  /** The gold corpora, and how many of their articles. */
  gold: CorpusShare[];
  /** Training sentences without mentions for each one with some. */
  negatives: number;
  /** Copies of the training sentences with replaced mentions: more for rare classes. */
  variations: Variations['variations'];
  training: TrainingOptions & LossOptions;
  maximumLength: number;
  /** Epochs of the distillation in notebook 5, sentences for estimating importance, batches for movement scores. */
  compression: { epochs: number; pruneSentences: number; movementSteps: number };
  /** Gold sentences and timed runs of the benchmark in notebook 5. */
  benchmarkSentences: number;
  benchmarkRuns: number;
}

const everyArticle = {
  train: Number.POSITIVE_INFINITY,
  dev: Number.POSITIVE_INFINITY,
  test: Number.POSITIVE_INFINITY,
};

// Settings made in the notebook (encoder, labels, window) are not options of the profile.
const {
  encoder,
  scheme,
  maximumLength,
  threshold,
  dropout,
  views,
  variations,
  rewritten,
  spelledOut,
  ...options
} = DEFAULT_TRAINING;
const training = { ...options, batchSize: 16 };

/** The size of a run. */
export const PROFILES = {
  smoke: {
    description: 'checks that every part works; the scores are meaningless',
    gold: [],
    negatives: 1,
    variations: {},
    training: { ...training, epochs: 2 },
    maximumLength: 128,
    compression: { epochs: 1, pruneSentences: 8, movementSteps: 1 },
    benchmarkSentences: 40,
    benchmarkRuns: 20,
  },
  quick: {
    description: 'a partly trained model of all four classes, in about a quarter of an hour on two cores',
    gold: [
      { corpus: 'jnlpba', train: 330, dev: 20, test: 120 },
      { corpus: 'craft', train: 12, dev: 3, test: 6 },
      { corpus: 'seth', train: 200, dev: 20, test: 60 },
      { corpus: 'tmvar', train: 240, dev: 20, test: 70 },
    ],
    negatives: 0.5,
    variations: { 'Gene Mutations': 1 },
    training: { ...training, loss: 'cross_entropy', learningRate: 2e-4, epochs: 1 },
    maximumLength: 128,
    compression: { epochs: 1, pruneSentences: 64, movementSteps: 8 },
    benchmarkSentences: 600,
    benchmarkRuns: 200,
  },
  full: {
    description:
      'all gold sentences with mentions and some without, four epochs: an hour or two on two cores',
    gold: [
      { corpus: 'jnlpba', ...everyArticle },
      { corpus: 'craft', ...everyArticle },
      { corpus: 'seth', ...everyArticle },
      { corpus: 'tmvar', ...everyArticle },
    ],
    negatives: 0.5,
    variations: { 'Gene Mutations': 2, 'Organ Tissue': 1 },
    training: {
      ...training,
      loss: 'cross_entropy',
      learningRate: 2e-4,
      batchSize: 32,
      epochs: 4,
      averaging: 0.999,
    },
    maximumLength: 256,
    compression: { epochs: 5, pruneSentences: 200, movementSteps: 32 },
    benchmarkSentences: 1000,
    benchmarkRuns: 400,
  },
} satisfies Record<string, Profile>;

/** The copies of training sentences that a training learns from beside them. */
export const variationsOf = ({
  variations,
}: Profile): Pick<TrainingConfiguration, 'variations' | 'rewritten' | 'spelledOut'> => ({
  variations,
  rewritten: ['Gene Mutations'],
  spelledOut: 0,
});

export type ProfileName = keyof typeof PROFILES;
