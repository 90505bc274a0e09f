import type { CorpusDocument } from './document';
import { type Part, stableFraction } from './parts';
import { readAnatem, readCapital, readCraft, readJnlpba, readSeth, readTmvar } from './readers';

export const CORPUS_NAMES = ['jnlpba', 'craft', 'seth', 'tmvar', 'anatem', 'capital'] as const;

export type CorpusName = (typeof CORPUS_NAMES)[number];

export interface Corpus {
  title: string;
  citation: string;
  licence: string;
  /** The classes that the annotators looked for. The other classes are unknown in every sentence. */
  annotated: string[];
  quality: 'gold' | 'silver';
  /** Whether a model that is handed on may be trained on it; all corpora may be evaluated on. */
  trainsWhatShips: boolean;
  /** How its types became our classes, and its articles train, dev and test. */
  notes: string[];
  read(folder: string): CorpusDocument[];
  /** The part of a document: the official one, or one that depends on nothing but its article's name. */
  partOf(document: CorpusDocument): Part;
}

/** 70 % train, 10 % dev, 20 % test. An article in two corpora that are cut so stands in the same part of both. */
function ownPart({ article }: { article: string }): Part {
  const fraction = stableFraction(article);
  return fraction < 0.2 ? 'test' : fraction < 0.3 ? 'dev' : 'train';
}

/** Every corpus we read, gold ones first. */
export const CORPORA: Readonly<Record<CorpusName, Corpus>> = {
  jnlpba: {
    title: 'JNLPBA 2004 shared task: abstracts on human blood cell transcription factors',
    citation:
      'Kim, Ohta, Tsuruoka, Tateisi, Collier: Introduction to the bio-entity recognition task at JNLPBA, 2004',
    licence: 'CC BY 3.0',
    annotated: ['Cell', 'Cell Line'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'cell_type is Cell, cell_line is Cell Line; protein, DNA and RNA are read over.',
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
    annotated: ['Cell', 'Organ Tissue'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'Cell Ontology is Cell, UBERON is Organ Tissue, body fluids and stages of life among them.',
      'A mention in pieces ("rod … photoreceptors") becomes the text from its first piece to its last ("rod and cone photoreceptors"), as JNLPBA marks coordinations; mentions inside it are left out.',
      'The official test part (30 articles) is not in this source. Dev is the official one (7 articles); test is an own part, about a sixth of the official training articles.',
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
    annotated: ['Gene Mutations'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'SNP and RS are Gene Mutations: tmVar counts dbSNP identifiers (rs334) among its mutations too. Gene is read over.',
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
    annotated: ['Gene Mutations'],
    quality: 'gold',
    trainsWhatShips: true,
    notes: [
      'DNAMutation, ProteinMutation and SNP are Gene Mutations.',
      'The official test part (166 abstracts) is not in this source. The official training part is cut into 70 % train, 10 % dev, 20 % test, by article.',
    ],
    read: readTmvar,
    partOf: ownPart,
  },

  anatem: {
    title: 'AnatEM: anatomical entities in abstracts and pieces of full texts',
    citation:
      'Pyysalo, Ananiadou: Anatomical entity mention recognition at literature scale, Bioinformatics 30(6), 2014',
    licence: 'CC BY-SA 3.0',
    annotated: ['Cell', 'Organ Tissue'],
    quality: 'gold',
    trainsWhatShips: false,
    notes: [
      'Cell is Cell, but AnatEM does not tell cell lines from cells (HeLa cells are a Cell there) and marks the bare words "cell" and "cells"; read its figures for Cell so.',
      'Organ, Tissue, Multi-tissue_structure, Organism_subdivision, Anatomical_system, Developing_anatomical_structure and Organism_substance are Organ Tissue: where their words occur in CRAFT, 58 to 91 % are UBERON there. Immaterial_anatomical_entity (13 %), Cellular_component (2 %), Cancer (3 %) and Pathological_formation (8 %) are read over.',
      'The official test part is not in this source. Dev is the official one; test is an own part, a fifth of the official training articles. For evaluation only (share-alike licence).',
    ],
    read: readAnatem,
    partOf: ({ article, officialPart }) =>
      officialPart === 'devel' ? 'dev' : stableFraction(article) < 0.2 ? 'test' : 'train',
  },

  capital: {
    title: 'CAPITAL: sentences of ten articles with annotations of Europe PMC',
    citation: 'ML4LitS/CAPITAL, Europe PMC, capital-epmc/generate_data',
    licence: 'MIT',
    annotated: ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'],
    quality: 'silver',
    trainsWhatShips: false,
    notes: [
      'CL is Cell, CLine is Cell Line, OT is Organ Tissue, GM is Gene Mutations. Annotated by programs, and placed by searching names: many mentions end inside a word.',
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
