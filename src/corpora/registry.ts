import type { CorpusDocument } from './document';
import { type Part, stableFraction } from './parts';
import { readAnatem, readCapital, readCraft, readJnlpba, readPubTatorFile, readSeth } from './readers';

export const CORPUS_NAMES = ['jnlpba', 'craft', 'seth', 'tmvar', 'anatem', 'biored', 'capital'] as const;

export type CorpusName = (typeof CORPUS_NAMES)[number];

export interface Corpus {
  title: string;
  citation: string;
  licence: string;
  /** All labels that the annotators annotated. Other labels are unknown in every sentence. */
  annotated: string[];
  quality: 'gold' | 'silver';
  /** Whether a model that is redistributed may be trained on it; every corpus may be used for evaluation. */
  trainsWhatShips: boolean;
  /** The meaning of its labels, and how its articles were split into train, dev and test. */
  notes: string[];
  read(folder: string): CorpusDocument[];
  /** Returns the part of a document: the official one, or one that depends only on the article's name. */
  partOf(document: CorpusDocument): Part;
}

/** 70 % train, 10 % dev, 20 % test. An article in two corpora split this way is in the same part of both. */
function ownPart({ article }: { article: string }): Part {
  const fraction = stableFraction(article);
  return fraction < 0.2 ? 'test' : fraction < 0.3 ? 'dev' : 'train';
}

/** All corpora, gold ones first. */
export const CORPORA: Readonly<Record<CorpusName, Corpus>> = {
  jnlpba: {
    title: 'JNLPBA 2004 shared task: abstracts on human blood cell transcription factors',
    citation:
      'Kim, Ohta, Tsuruoka, Tateisi, Collier: Introduction to the bio-entity recognition task at JNLPBA, 2004',
    licence: 'CC BY 3.0',
    annotated: ['cell_type', 'cell_line', 'protein', 'DNA', 'RNA'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'Its guidelines mark the words around a name too: "HeLa cells" is a cell_line, "human red blood cells" a cell_type.',
      'Test is the official part; dev is a tenth of the official training articles.',
    ],
    read: readJnlpba,
    partOf: ({ article, officialPart }) =>
      officialPart === 'test' ? 'test' : stableFraction(article) < 0.1 ? 'dev' : 'train',
  },

  craft: {
    title: 'CRAFT: full-text articles on the mouse',
    citation: 'Bada et al.: Concept annotation in the CRAFT corpus, BMC Bioinformatics 13:161, 2012',
    licence: 'CC BY 3.0',
    annotated: ['CL', 'UBERON'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'CL are concepts of the Cell Ontology; UBERON are those of anatomy, body fluids and stages of life among them.',
      'A mention in pieces ("rod … photoreceptors") becomes the text from its first piece to its last ("rod and cone photoreceptors"), as JNLPBA marks coordinations; mentions inside it are left out.',
      'The official test part (30 articles) is not in this source. Dev is the official one (7 articles); test is our part, about a sixth of the official training articles.',
    ],
    read: readCraft,
    partOf: ({ article, officialPart }) =>
      officialPart === 'dev' ? 'dev' : stableFraction(article) < 1 / 6 ? 'test' : 'train',
  },

  seth: {
    title: 'SETH: abstracts with mutations',
    citation:
      'Thomas, Rocktäschel, Hakenberg, Lichtblau, Leser: SETH detects and normalizes genetic variants in text, Bioinformatics 32(18), 2016',
    licence: 'Apache-2.0',
    annotated: ['SNP', 'RS', 'Gene'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'SNP are mutations of any kind, RS are dbSNP identifiers (rs334).',
      'There are no official parts; ours are 70 % train, 10 % dev, 20 % test, by article.',
    ],
    read: readSeth,
    partOf: ownPart,
  },

  tmvar: {
    title: 'tmVar: abstracts with sequence variants',
    citation:
      'Wei, Harris, Kao, Lu: tmVar, a text mining approach for extracting sequence variants, Bioinformatics 29(11), 2013',
    licence: 'public domain (NCBI)',
    annotated: ['DNAMutation', 'ProteinMutation', 'SNP'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'SNP are dbSNP identifiers (rs334).',
      'The official test part (166 abstracts) is not in this source. The official training part is cut into 70 % train, 10 % dev, 20 % test, by article.',
    ],
    read: readPubTatorFile,
    partOf: ownPart,
  },

  anatem: {
    title: 'AnatEM: anatomical entities in abstracts and pieces of full texts',
    citation:
      'Pyysalo, Ananiadou: Anatomical entity mention recognition at literature scale, Bioinformatics 30(6), 2014',
    licence: 'CC BY-SA 3.0',
    annotated: [
      'Cell',
      'Organ',
      'Tissue',
      'Multi-tissue_structure',
      'Organism_subdivision',
      'Anatomical_system',
      'Developing_anatomical_structure',
      'Organism_substance',
      'Immaterial_anatomical_entity',
      'Cellular_component',
      'Cancer',
      'Pathological_formation',
    ],
    quality: 'gold',
    trainsWhatShips: false,
    notes: [
      'Cell does not tell cell lines from cells (HeLa cells are a Cell) and marks the bare words "cell" and "cells"; its figures for Cell must be read accordingly.',
      'The official test part is not in this source. Dev is the official one; test is our part, a fifth of the official training articles. For evaluation only (share-alike licence).',
    ],
    read: readAnatem,
    partOf: ({ article, officialPart }) =>
      officialPart === 'devel' ? 'dev' : stableFraction(article) < 0.2 ? 'test' : 'train',
  },

  biored: {
    title: 'BioRED: abstracts with genes, diseases, chemicals, species, variants and cell lines',
    citation:
      'Luo, Lai, Wei, Arighi, Lu: BioRED, a rich biomedical relation extraction dataset, Briefings in Bioinformatics 23(5), 2022',
    licence: 'public domain (NCBI)',
    annotated: ['Gene', 'Disease', 'Chemical', 'Species', 'Variant', 'CellLine'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'Gene are genes and their products, Variant mutations and dbSNP identifiers. Relations are not in this source.',
      'The source is 338 abstracts of the official training and development parts, without those that are in other corpora. They are cut into 70 % train, 10 % dev, 20 % test, by article.',
    ],
    read: readPubTatorFile,
    partOf: ownPart,
  },

  capital: {
    title: 'CAPITAL: sentences of ten articles with annotations of Europe PMC',
    citation: 'ML4LitS/CAPITAL, Europe PMC, capital-epmc/generate_data',
    licence: 'MIT',
    annotated: ['GM', 'CL', 'CLine', 'OT'],
    quality: 'silver',
    trainsWhatShips: false,
    notes: [
      'CL are cells, CLine cell lines, OT organs and tissues, GM gene mutations. Annotated by programs, and placed by searching names: many mentions end inside a word.',
      'Each row is a sentence; every one has a mention, so it says little of what is none.',
      'Its own parts mix sentences of one article and are not used. Ours go by article: two in test, one in dev, so that train and test have all four classes.',
    ],
    read: readCapital,
    partOf: ({ article }) =>
      article === 'PMC6854655' || article === 'PMC3318213'
        ? 'test'
        : article === 'PMC6833189'
          ? 'dev'
          : 'train',
  },
};
