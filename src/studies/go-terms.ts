import { type GeneOntology, loadGeneOntology } from '../corpora';
import type { StudyProfileName, StudyRun } from './study-run';

/** How much of the study of Gene Ontology definitions a profile does. */
export interface GoTermsProfile {
  description: string;
  /** The encoder whose predictions the study examines, and others to compare. */
  encoder: string;
  others: string[];
  /** Training texts of the main comparison; the other texts of the train part only serve the learning curve. */
  trainingTexts: number;
  /** Test texts that are scored, from the seeded order of the test part. */
  testTexts: number;
  /** One training for each encoder and seed. */
  seeds: number[];
  epochs: number;
  /** Training texts of the learning curve; Infinity for all. */
  curveSizes: number[];
  /** Held-out texts of the split by ancestry that are scored. */
  ancestryTexts: number;
}

/** The encoder that the set-up brings: 6 layers, 384 wide. */
export const SMALL_ENCODER = 'minilm-l6-h384-uncased';
const SMALL = SMALL_ENCODER;
const LARGE = 'all-mpnet-base-v2';

export const GO_TERMS_PROFILES: Readonly<Record<StudyProfileName, GoTermsProfile>> = {
  smoke: {
    description: 'checks that every part works; the scores are meaningless',
    encoder: SMALL,
    others: [],
    trainingTexts: 64,
    testTexts: 24,
    seeds: [42],
    epochs: 1,
    curveSizes: [32, 64],
    ancestryTexts: 24,
  },
  quick: {
    description: 'the small encoder with one seed, within twenty minutes on two cores',
    encoder: SMALL,
    others: [],
    trainingTexts: 2000,
    testTexts: 1000,
    seeds: [42],
    epochs: 3,
    curveSizes: [250, 500, 1000, 2000],
    ancestryTexts: 1000,
  },
  full: {
    description: 'two encoders with three seeds, and all definitions: some hours on two cores',
    encoder: LARGE,
    others: [SMALL],
    trainingTexts: 2000,
    testTexts: Number.POSITIVE_INFINITY,
    seeds: [42, 43, 44],
    epochs: 3,
    curveSizes: [250, 500, 1000, 2000, 8000, Number.POSITIVE_INFINITY],
    ancestryTexts: Number.POSITIVE_INFINITY,
  },
};

/** Reads the ontology of a run: the user's file, the release at hand, or the sample. */
export const loadOntology = ({ corpus, data }: StudyRun<GoTermsProfile>): GeneOntology =>
  loadGeneOntology({ file: corpus, data });
