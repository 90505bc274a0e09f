import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CORPORA, type CorpusName, loadCorpus, type Part } from '../corpora';
import { annotatedClasses, byLabel, type Sentence, type View, writeSentences } from '../foundation';
import { sampleNegatives } from '../preprocessing';
import type { TrainingConfiguration } from '../training';
import { NAMED_CELL_LINE, nameCellLines } from './cell-line-names';
import { EUROPE_PMC_VIEW, JNLPBA_VIEW, LITERATURE_VIEW } from './views';

/** How one network learns from corpora whose guidelines differ. */
export interface Guidelines {
  /** Each corpus has labels of its own, and views say which of them make a class; otherwise all share the four classes. */
  separate: boolean;
  /** With separate labels, mutations have one label all the same, since the guidelines for them hardly differ and the corpora are small. */
  oneMutation: boolean;
  /**
   * Learns beside them what the corpora mark and no view shows: JNLPBA's protein, DNA and RNA, BioRED's genes, diseases, chemicals and species. The weight of such
   * a label in the loss, where the others have 1; 0 leaves them out.
   */
  auxiliary: number;
  /**
   * The names inside JNLPBA's mentions of cell lines are weak labels (see `nameCellLines`), and sentences with names are copied with others; with separate
   * labels alone.
   */
  names: boolean;
  /** Share of the mutations of copies that are spelled out. */
  spelledOut: number;
}

/** The corpora that the shipped models learn from. */
export const TRAINING_CORPORA = ['jnlpba', 'craft', 'seth', 'tmvar', 'biored'] as const;
export type TrainingCorpus = (typeof TRAINING_CORPORA)[number];

type Classes = View['classes'];

/**
 * The labels that each corpus has in the network, with its own of which they are made. SETH and tmVar both say SNP, of mutations of any kind the one and of
 * identifiers the other.
 */
const OWN: Readonly<Record<TrainingCorpus, Classes>> = {
  jnlpba: { cell_type: ['cell_type'], cell_line: ['cell_line'] },
  craft: { CL: ['CL'], UBERON: ['UBERON'] },
  seth: { 'SETH mutation': ['SNP', 'RS'] },
  tmvar: { 'tmVar mutation': ['DNAMutation', 'ProteinMutation', 'SNP'] },
  biored: { Variant: ['Variant'], [NAMED_CELL_LINE]: [NAMED_CELL_LINE] },
};

/** The labels for mutations, and the one in their place with `oneMutation`. */
const OWN_MUTATIONS: readonly string[] = ['tmVar mutation', 'SETH mutation', 'Variant'];
const ONE_MUTATION = 'mutation';

const AUXILIARY: Readonly<Partial<Record<TrainingCorpus, Classes>>> = {
  jnlpba: { protein: ['protein'], DNA: ['DNA'], RNA: ['RNA'] },
  biored: { Gene: ['Gene'], Disease: ['Disease'], Chemical: ['Chemical'], Species: ['Species'] },
};

const AUXILIARY_LABELS = Object.values(AUXILIARY).flatMap((classes) => Object.keys(classes));

/** The views of a network with separate labels, the default first. */
export const guidelineViews = ({
  oneMutation,
}: Pick<Guidelines, 'oneMutation'>): TrainingConfiguration['views'] => ({
  [EUROPE_PMC_VIEW.name]: {
    'Gene Mutations': oneMutation ? [ONE_MUTATION] : [...OWN_MUTATIONS],
    Cell: ['CL'],
    'Cell Line': [NAMED_CELL_LINE],
    'Organ Tissue': ['UBERON'],
  },
  [JNLPBA_VIEW.name]: { Cell: ['cell_type'], 'Cell Line': ['cell_line'] },
});

/** The guideline by which each corpus is judged; sentences of none follow that of Europe PMC. */
export const viewOfCorpus = (corpus: string): View => (corpus === 'jnlpba' ? JNLPBA_VIEW : EUROPE_PMC_VIEW);

/** Training sentences without mentions for each one with some; all of them in corpora that have auxiliary labels, which are marked almost everywhere. */
const NEGATIVES: Readonly<Partial<Record<TrainingCorpus, number>>> = { craft: 0.4, seth: 2, tmvar: 2 };

/** What decides the labels of the classes. */
export type OwnLabels = Pick<Guidelines, 'separate' | 'oneMutation'>;

const mainClasses = (corpus: TrainingCorpus, { separate, oneMutation }: OwnLabels): Classes => {
  if (separate) return oneMutation ? withOneMutation(OWN[corpus]) : OWN[corpus];
  const own = annotatedClasses(LITERATURE_VIEW, CORPORA[corpus].annotated);
  return Object.fromEntries(own.map((name) => [name, LITERATURE_VIEW.classes[name]]));
};

const withOneMutation = (classes: Classes): Classes =>
  Object.fromEntries(
    Object.entries(classes).map(([label, own]) => [
      OWN_MUTATIONS.includes(label) ? ONE_MUTATION : label,
      own,
    ]),
  );

const load = async (corpus: CorpusName, part: Part, classes: Classes): Promise<Sentence[]> =>
  (await loadCorpus(corpus, part, { name: 'training', classes })).sentences;

/**
 * The training sentences of a corpus. Which sentences there are depends on the corpus and the seed alone, not on the auxiliary labels, so that trainings
 * with different guidelines can be compared.
 */
async function trainingSentences(
  corpus: TrainingCorpus,
  { auxiliary, names, ...own }: Guidelines,
  seed: number,
): Promise<Sentence[]> {
  const classes = { ...mainClasses(corpus, own), ...(auxiliary > 0 && AUXILIARY[corpus]) };
  const sentences = await load(corpus, 'train', classes);
  const negatives = NEGATIVES[corpus];
  const chosen = negatives === undefined ? sentences : sampleNegatives(sentences, negatives, seed);
  return names && own.separate && corpus === 'jnlpba' ? nameCellLines(chosen).sentences : chosen;
}

/** The files of a training. */
export interface GuidelineFiles {
  train: string;
  /** With the labels that a view shows alone, which therefore choose the epoch. */
  dev: string;
}

/** Where `writeGuidelineFiles` writes. */
export const guidelineFiles = (folder: string): GuidelineFiles => ({
  train: join(folder, 'train.jsonl'),
  dev: join(folder, 'dev.jsonl'),
});

/** The dev sentences of each corpus, under the labels that a view shows. */
export const devSentences = (guidelines: OwnLabels): Promise<Sentence[][]> =>
  Promise.all(TRAINING_CORPORA.map((corpus) => load(corpus, 'dev', mainClasses(corpus, guidelines))));

/** Writes the training and dev sentences of all corpora. @param limit sentences of each corpus at most, for trying out */
export async function writeGuidelineFiles(
  folder: string,
  guidelines: Guidelines,
  { seed, limit = Number.POSITIVE_INFINITY }: { seed: number; limit?: number },
): Promise<GuidelineFiles> {
  const files = guidelineFiles(folder);
  const train: Sentence[] = [];
  const dev: Sentence[] = [];
  for (const corpus of TRAINING_CORPORA) {
    train.push(...(await trainingSentences(corpus, guidelines, seed)).slice(0, limit));
  }
  for (const sentences of await devSentences(guidelines)) dev.push(...sentences.slice(0, limit));
  mkdirSync(folder, { recursive: true });
  writeSentences(files.train, train);
  writeSentences(files.dev, dev);
  return files;
}

/** What a training with these guidelines needs beside its files: the views, copies of sentences with other mentions, and the weights of labels. */
export function guidelineOptions({
  names,
  auxiliary,
  spelledOut,
  ...own
}: Guidelines): Pick<
  TrainingConfiguration,
  'views' | 'variations' | 'rewritten' | 'spelledOut' | 'classWeights'
> {
  const views = own.separate ? guidelineViews(own) : {};
  const [mutations, anatomy] = ['Gene Mutations', 'Organ Tissue'].map(
    (name) => views[EUROPE_PMC_VIEW.name]?.[name] ?? [name],
  );
  const copies = (labels: readonly string[], count: number) => labels.map((label) => [label, count] as const);
  return {
    views,
    variations: Object.fromEntries([
      ...copies(mutations, 2),
      ...copies(anatomy, 1),
      ...copies(own.separate && names ? [NAMED_CELL_LINE] : [], 1),
    ]),
    rewritten: [...mutations],
    spelledOut,
    classWeights: auxiliary > 0 ? byLabel(AUXILIARY_LABELS, () => auxiliary) : {},
  };
}
