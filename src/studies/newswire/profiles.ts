import { SMALL_ENCODER } from '../go-terms';
import type { StudyProfileName } from '../study-run';

/** How much of the study of CoNLL++ a profile does. */
export interface NewswireProfile {
  description: string;
  /** The encoder that is probed. */
  encoder: string;
  learningRate: number;
  /** The teacher of the compressed tagger; by default the tagger of the encoder itself. */
  teacher: string;
  /** Training sentences at most, from their seeded order. */
  trainingSentences: number;
  /** Sentences of each other test set at most, drawn with a seed. */
  testSentences: number;
  epochs: number;
  /** Epochs of the students of three layers. */
  studentEpochs: number;
  /** Words on which layers are probed. */
  probedWords: number;
  /** Names of universities. */
  universities: number;
  /** Windows of text on which a cased encoder of our own is pretrained; 0 for none. */
  casedTexts: number;
}

export const NEWSWIRE_PROFILES: Readonly<Record<StudyProfileName, NewswireProfile>> = {
  smoke: {
    description: 'checks that every part works; the scores are meaningless',
    encoder: SMALL_ENCODER,
    learningRate: 1e-4,
    teacher: SMALL_ENCODER,
    trainingSentences: 72,
    testSentences: 24,
    epochs: 1,
    studentEpochs: 1,
    probedWords: 120,
    universities: 8,
    casedTexts: 40,
  },
  quick: {
    description: 'the small encoder on all training sentences, within twenty minutes on two cores',
    encoder: SMALL_ENCODER,
    learningRate: 2e-4,
    teacher: SMALL_ENCODER,
    trainingSentences: Number.POSITIVE_INFINITY,
    testSentences: 2000,
    epochs: 3,
    studentEpochs: 4,
    probedWords: 6000,
    universities: 400,
    casedTexts: 0,
  },
  full: {
    description: 'a large encoder as well, a cased encoder of our own, and all test sets: hours on two cores',
    encoder: SMALL_ENCODER,
    learningRate: 2e-4,
    teacher: 'all-mpnet-base-v2',
    trainingSentences: Number.POSITIVE_INFINITY,
    testSentences: Number.POSITIVE_INFINITY,
    epochs: 3,
    studentEpochs: 6,
    probedWords: 20_000,
    universities: Number.POSITIVE_INFINITY,
    casedTexts: 30_000,
  },
};

/** Figures of the reference study: it scored sub-words, of which every one of a word carried its tag. */
export const PUBLISHED_NEWSWIRE = {
  encoder: 'distilbert-base-multilingual-cased',
  epochs: [
    {
      epoch: 1,
      'train loss': 0.0847,
      'dev loss': 0.0683,
      'precision (%)': 91.56,
      'recall (%)': 92.48,
      'F1 (%)': 92.02,
      'accuracy (%)': 98.14,
    },
    {
      epoch: 2,
      'train loss': 0.0418,
      'dev loss': 0.0699,
      'precision (%)': 93.95,
      'recall (%)': 93.01,
      'F1 (%)': 93.48,
      'accuracy (%)': 98.43,
    },
    {
      epoch: 3,
      'train loss': 0.0259,
      'dev loss': 0.0673,
      'precision (%)': 93.59,
      'recall (%)': 93.8,
      'F1 (%)': 93.7,
      'accuracy (%)': 98.5,
    },
  ],
  test: [
    { label: 'LOC', 'precision (%)': 91.74, 'recall (%)': 93.4, 'F1 (%)': 92.56, mentions: 2878 },
    { label: 'MISC', 'precision (%)': 78.57, 'recall (%)': 77.39, 'F1 (%)': 77.98, mentions: 1274 },
    { label: 'ORG', 'precision (%)': 89.57, 'recall (%)': 89.54, 'F1 (%)': 89.55, mentions: 3346 },
    { label: 'PER', 'precision (%)': 93.94, 'recall (%)': 93.06, 'F1 (%)': 93.49, mentions: 2664 },
    { label: 'all', 'precision (%)': 89.97, 'recall (%)': 90.03, 'F1 (%)': 90.0, mentions: 10_162 },
  ],
  sentencesPerSecond: 86.27,
} as const;
