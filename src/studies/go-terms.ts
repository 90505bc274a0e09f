import { join } from 'node:path';
import { projectRoot, readTextFile } from '../foundation';
import { DEFAULT_TRAINING } from '../training';
import type { Row } from '../visualization';
import type { StudyProfileName } from './study-run';
import { accuracyText } from './tables';

/** How much of the study of Gene Ontology definitions a profile does. */
export interface GoTermsProfile {
  description: string;
  /** The encoder whose predictions the study examines, and others to compare, of which each is trained once. */
  encoder: string;
  others: string[];
  /** Training texts of the main comparison; the other texts of the train part only serve the learning curve. */
  trainingTexts: number;
  /** Test texts that are scored, from the seeded order of the test part. */
  testTexts: number;
  /** One training of the encoder for each. */
  seeds: number[];
  epochs: number;
  /** Training texts of the learning curve, beside `trainingTexts`; Infinity for all, which are read once. */
  curveSizes: number[];
  /** Held-out texts of the split by ancestry that are scored. */
  ancestryTexts: number;
}

/** The encoder that the set-up brings: MiniLM, 6 layers, 384 wide. */
export const SMALL_ENCODER = DEFAULT_TRAINING.encoder;
const LARGE_ENCODER = 'all-mpnet-base-v2';

export const GO_TERMS_PROFILES: Readonly<Record<StudyProfileName, GoTermsProfile>> = {
  smoke: {
    description: 'checks that every part works; the scores are meaningless',
    encoder: SMALL_ENCODER,
    others: [],
    trainingTexts: 64,
    testTexts: 24,
    seeds: [42],
    epochs: 1,
    curveSizes: [32],
    ancestryTexts: 24,
  },
  quick: {
    description: 'the small encoder with one seed, within twenty minutes on two cores',
    encoder: SMALL_ENCODER,
    others: [],
    trainingTexts: 2000,
    testTexts: 1000,
    seeds: [42],
    epochs: 3,
    curveSizes: [250, 500, 1000],
    ancestryTexts: 1000,
  },
  full: {
    description:
      'three seeds, a large encoder beside the small one, and a learning curve up to all definitions: an hour and a quarter on two cores',
    encoder: SMALL_ENCODER,
    others: [LARGE_ENCODER],
    trainingTexts: 2000,
    testTexts: 3000,
    seeds: [42, 43, 44],
    epochs: 3,
    curveSizes: [250, 500, 1000, 8000, Number.POSITIVE_INFINITY],
    ancestryTexts: 3000,
  },
};

/** Figures of the reference study. */
export interface PublishedGoTerms {
  about: string;
  trainings: {
    training: string;
    accuracy: number;
    trainingTexts: number;
    testTexts: number;
    seconds: number | null;
    textsPerSecond: number | null;
    trainLoss: number | null;
    testLoss: number | null;
  }[];
  /** Probabilities of NASA's definition of life, by aspect. */
  sentence: Record<string, number>;
}

/** Reads data/studies/go-terms.json. */
export const readPublishedGoTerms = (): PublishedGoTerms =>
  JSON.parse(readTextFile(join(projectRoot, 'data', 'studies', 'go-terms.json')));

/** The trainings of the reference study, as rows below `trialRows`. */
export const publishedRows = ({ trainings }: PublishedGoTerms): Row[] =>
  trainings.map(({ training, trainingTexts, accuracy, testTexts, seconds, trainLoss, testLoss }) => ({
    training: `reference study: ${training}`,
    'training texts': trainingTexts,
    'accuracy (%), 95% interval': accuracyText(accuracy, testTexts),
    'macro F1 (%)': null,
    'mean training loss': trainLoss,
    'test loss': testLoss,
    'training time (s)': seconds,
  }));
