import { join } from 'node:path';
import { projectRoot, readTextFile } from '../foundation';
import type { ComparedEncoder } from './encoders';
import type { StudyProfileName } from './study-run';

/** How much of the study of paper topics a profile does. */
export interface PaperTopicsProfile {
  description: string;
  /** Training and test texts; the rest of the corpus is left out. */
  trainingTexts: number;
  testTexts: number;
  /** Encoders of data/studies/paper-topics.json that are trained; the rows of the others say "not run". */
  encoders: string[];
  batchSizes: number[];
  /** With the batch size of the reference study in its last run, 16; the other sizes are trained with the first seed. */
  seeds: number[];
  epochs: number;
  maximumLength: number;
  /** Training texts of the two loops by hand. */
  loopTexts: number;
  /** Learning rates among which each encoder's is chosen by the dev texts; none to take those of the table. */
  chooseRates: boolean;
  /** Input lengths that are compared, in tokens. */
  lengths: number[];
}

export const PAPER_TOPICS_PROFILES: Readonly<Record<StudyProfileName, PaperTopicsProfile>> = {
  smoke: {
    description: 'checks that every part works; the scores are meaningless',
    trainingTexts: 70,
    testTexts: 28,
    encoders: ['minilm-l6-h384-uncased'],
    batchSizes: [16, 32],
    seeds: [1],
    epochs: 1,
    maximumLength: 32,
    loopTexts: 70,
    chooseRates: false,
    lengths: [16, 32],
  },
  quick: {
    description: 'the small encoders on a part of the abstracts, within twenty minutes on two cores',
    trainingTexts: 1000,
    testTexts: 391,
    encoders: ['minilm-l6-h384-uncased', 'tinybert-4-312', 'electra-18-196'],
    batchSizes: [8, 16, 32],
    seeds: [1],
    epochs: 3,
    maximumLength: 64,
    loopTexts: 1000,
    chooseRates: false,
    lengths: [16, 64, 128],
  },
  full: {
    description: 'all encoders on all abstracts: hours on two cores',
    trainingTexts: Number.POSITIVE_INFINITY,
    testTexts: Number.POSITIVE_INFINITY,
    encoders: ['all-mpnet-base-v2', 'minilm-l6-h384-uncased', 'tinybert-4-312', 'electra-18-196'],
    batchSizes: [8, 16, 32],
    seeds: [1, 2, 3],
    epochs: 3,
    maximumLength: 64,
    loopTexts: 1000,
    chooseRates: true,
    lengths: [16, 32, 64, 128, 256],
  },
};

/** Figures of the reference study by encoder and batch size; one value per epoch. */
export interface PublishedTraining {
  encoder: string;
  batchSize: number;
  accuracy: number[];
  loss: (number | null)[];
}

/** Reads data/studies/paper-topics.json: the encoders to compare, and the figures of the reference study. */
export function readPaperTopics(): {
  encoders: ComparedEncoder[];
  published: { source: string; rows: PublishedTraining[] };
} {
  return JSON.parse(readTextFile(join(projectRoot, 'data', 'studies', 'paper-topics.json')));
}
