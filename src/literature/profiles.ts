import type { CorpusName } from '../corpora';
import type { LossOptions, Variations } from '../tasks';
import { DEFAULT_TRAINING, type TrainingOptions } from '../training';

/** How much of a gold corpus a profile uses. */
export interface CorpusShare {
  corpus: CorpusName;
  /** Maximum number of training sentences, sampled with the seed. */
  trainSentences: number;
  /** Training sentences without mentions for each sentence with mentions. */
  negatives: number;
  /** Maximum number of dev sentences for choosing the epoch, sampled with the seed. */
  devSentences: number;
  /** Maximum number of sentences scored in notebook 4. */
  testSentences: number;
}

export interface Profile {
  description: string;
  gold: CorpusShare[];
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

const everyMention = {
  trainSentences: Number.POSITIVE_INFINITY,
  devSentences: 600,
  testSentences: Number.POSITIVE_INFINITY,
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
    variations: {},
    training: { ...training, epochs: 2 },
    maximumLength: 128,
    compression: { epochs: 1, pruneSentences: 8, movementSteps: 1 },
    benchmarkSentences: 40,
    benchmarkRuns: 20,
  },
  quick: {
    description: 'a partly trained model of all four classes, within a quarter of an hour on two cores',
    gold: [
      {
        corpus: 'jnlpba',
        trainSentences: 3600,
        negatives: 0.5,
        devSentences: 150,
        testSentences: 1200,
      },
      {
        corpus: 'craft',
        trainSentences: 1000,
        negatives: 0.5,
        devSentences: 100,
        testSentences: 400,
      },
      {
        corpus: 'seth',
        trainSentences: 500,
        negatives: 0.3,
        devSentences: 50,
        testSentences: 400,
      },
      {
        corpus: 'tmvar',
        trainSentences: 700,
        negatives: 0.3,
        devSentences: 100,
        testSentences: 800,
      },
    ],
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
      { corpus: 'jnlpba', negatives: 0.5, ...everyMention },
      { corpus: 'craft', negatives: 0.4, ...everyMention },
      { corpus: 'seth', negatives: 2, ...everyMention },
      { corpus: 'tmvar', negatives: 2, ...everyMention },
    ],
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

export type ProfileName = keyof typeof PROFILES;
