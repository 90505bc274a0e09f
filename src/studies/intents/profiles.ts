import { join } from 'node:path';
import { projectRoot, readTextFile } from '../../foundation';
import type { Row } from '../../visualization';
import { SMALL_ENCODER } from '../go-terms';
import type { StudyProfileName } from '../study-run';

/** How much of the study of an intent classifier a profile does. */
export interface IntentsProfile {
  description: string;
  /** Queries of training and test at most, from their seeded order. */
  trainingTexts: number;
  testTexts: number;
  /** The encoder of the teacher, which is fine-tuned; null to learn from the answers that are kept in the project. */
  teacher: string | null;
  /** Layers of MiniLM, of six, with which the student starts. */
  studentLayers: number;
  /** Epochs of the student alone, and of the teacher. */
  epochs: number;
  /** Trials of the search; 0 to read the ones that are kept in the project. */
  trials: number;
  /** Alphas that are compared with the same number of epochs, and seeds of each. */
  alphas: number[];
  seeds: number[];
  /** Shares of zeros of the pruned students, and epochs of each. */
  sparsities: number[];
  pruningEpochs: number;
  /** Trials on the Rosenbrock function. */
  rosenbrockTrials: number;
  /** Timed calls of a stage, after a tenth as many untimed ones; and products of matrices. */
  calls: number;
}

export const INTENT_PROFILES: Readonly<Record<StudyProfileName, IntentsProfile>> = {
  smoke: {
    description: 'checks that every part works; the scores are meaningless',
    trainingTexts: 90,
    testTexts: 27,
    teacher: SMALL_ENCODER,
    studentLayers: 2,
    epochs: 1,
    trials: 2,
    alphas: [1, 0],
    seeds: [1],
    sparsities: [0.5],
    pruningEpochs: 1,
    rosenbrockTrials: 60,
    calls: 5,
  },
  quick: {
    description:
      'distils from stored teacher answers with the settings of a stored search, within twenty minutes on two cores',
    trainingTexts: Number.POSITIVE_INFINITY,
    testTexts: Number.POSITIVE_INFINITY,
    teacher: null,
    studentLayers: 3,
    epochs: 5,
    trials: 0,
    alphas: [],
    seeds: [1],
    sparsities: [0.7],
    pruningEpochs: 1,
    rosenbrockTrials: 1000,
    calls: 100,
  },
  full: {
    description: 'the whole chain from the fine-tuned teacher on: hours on two cores',
    trainingTexts: Number.POSITIVE_INFINITY,
    testTexts: Number.POSITIVE_INFINITY,
    teacher: 'all-mpnet-base-v2',
    studentLayers: 3,
    epochs: 5,
    trials: 20,
    alphas: [1, 0.5, 0],
    seeds: [1, 2, 3],
    sparsities: [0.5, 0.7, 0.9],
    pruningEpochs: 3,
    rosenbrockTrials: 1000,
    calls: 100,
  },
};

/** A stage of the reference study. */
export interface PublishedStage {
  stage: string;
  mebibytes: number;
  meanMs: number;
  deviationMs: number;
  accuracy: number;
}

/** A training of the reference study, by epoch. Its validation loss is the mixed one. */
export interface PublishedEpochs {
  epochs: number;
  trainLoss: number[];
  validationLoss: number[];
  validationAccuracy: number[];
}

/** The figures of the reference study. */
export interface PublishedIntents {
  about: string;
  teacher: { demoLabel: string; demoScore: number };
  stages: PublishedStage[];
  alone: PublishedEpochs & {
    seconds: number;
    textsPerSecond: number;
    stepsPerSecond: number;
    meanTrainLoss: number;
  };
  distilled: PublishedEpochs & { alpha: number; temperature: number };
  rosenbrock: { trials: number; best: { x: number; y: number } };
}

/** Reads data/studies/intent-compression.json. */
export const readPublishedIntents = (): PublishedIntents =>
  JSON.parse(readTextFile(join(projectRoot, 'data', 'studies', 'intent-compression.json')));

/** One row per epoch. */
export const publishedEpochs = ({ trainLoss, validationLoss, validationAccuracy }: PublishedEpochs): Row[] =>
  trainLoss.map((loss, index) => ({
    epoch: index + 1,
    'train loss': loss,
    'validation loss': validationLoss[index],
    'validation accuracy': validationAccuracy[index],
  }));
