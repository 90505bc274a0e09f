// Writes docs/data-card.md from the registry of corpora, data/sources.json and the corpora themselves, counted:
// FALCONFRAMES_MIRROR=FOLDER node environment/data-card.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CORPORA, loadCorpus } from 'falconframes/corpora';
import { root } from './places.mjs';

const PARTS = ['train', 'dev', 'test'];
const number = (count) => count.toLocaleString('en-US');

export const cardPath = join(root, 'docs', 'data-card.md');

/** Sources of the four studies, and their notebooks. */
const STUDIES = {
  clinc150: ['a', 'a_intent_compression'],
  conllpp: ['b', 'b_conll_probing'],
  ner: ['b', 'b_conll_probing'],
  'world-universities': ['b', 'b_conll_probing'],
  wos: ['c', 'c_paper_topics'],
  go: ['d', 'd_go_terms'],
};

/** Sources that are neither a tagged corpus nor a study's: what they are for. */
const OTHERS = {
  europepmc: 'unlabelled text for distillation; recorded answers for tests',
  'bert-base-uncased': 'a vocabulary that tests tokenize with',
  seqeval: 'fixtures that the scorer is compared with',
};

/** Counts a corpus in its parts. */
async function countParts(name) {
  const rows = [];
  for (const part of PARTS) {
    const { sentences } = await loadCorpus(name, part);
    const mentions = {};
    for (const { spans } of sentences)
      for (const { label } of spans) mentions[label] = (mentions[label] ?? 0) + 1;
    rows.push({
      part,
      articles: new Set(sentences.map(({ article }) => article)).size,
      sentences: sentences.length,
      mentions,
    });
  }
  return rows;
}

/** The page, without counts for corpora that are not at hand. */
export async function dataCard(counted = true) {
  const { sources } = JSON.parse(readFileSync(join(root, 'data', 'sources.json'), 'utf8'));
  const sections = [];
  for (const [name, corpus] of Object.entries(CORPORA)) {
    const use = corpus.trainsWhatShips ? 'training and evaluation' : 'evaluation only';
    const counts = (counted ? await countParts(name) : []).map(({ part, articles, sentences, mentions }) => {
      const labels = corpus.annotated
        .filter((label) => mentions[label])
        .map((label) => `${label} ${number(mentions[label])}`);
      return `| ${part} | ${number(articles)} | ${number(sentences)} | ${labels.join(', ') || '–'} |`;
    });
    sections.push(`### ${name}

${corpus.title}. ${corpus.citation}.

Licence: ${corpus.licence}. Annotations: ${corpus.quality === 'gold' ? 'by people (gold)' : 'by programs (silver)'}. Use: **${use}**. Source: ${whereFrom(sources[name])}.

${corpus.notes.map((note) => `- ${note}`).join('\n')}

| part | articles | sentences | mentions |
|---|---|---|---|
${counts.join('\n')}`);
  }
  const study = Object.entries(STUDIES).map(
    ([name, [letter, notebook]]) =>
      `| ${name} | ${sources[name].title} | ${sources[name].licence} | [${letter}](../notebooks/studies/${notebook}.ipynb) |`,
  );
  const others = Object.entries(OTHERS).map(
    ([name, use]) => `| ${name} | ${sources[name].title} | ${sources[name].licence} | ${use} |`,
  );
  return `# Data card

Every corpus that the project reads, its licence, its parts with their sizes, and what may be trained on it. None is in this repository: a loader takes it
from the folder that \`FALCONFRAMES_MIRROR\` names, else from the cache, else downloads it, and compares checksums with [data/sources.json](../data/sources.json).
This page is generated from the registry of corpora and the corpora themselves (\`node environment/data-card.mjs\`).

- **Trained on, for the models of the package:** ${listOf((corpus) => corpus.trainsWhatShips)}, their parts \`train\`; thresholds and epochs are chosen on \`dev\`. How, is in the model cards
  ([small](../models/falconframes-small/README.md), [tiny](../models/falconframes-tiny/README.md)).
- **Evaluated on only:** ${listOf((corpus) => !corpus.trainsWhatShips)}. Notebook 4 also trains a model on CAPITAL, to compare; it is not in the package.
- Parts are cut by article, so that no article is in two of them. Near-identical sentences across parts are left out by \`preprocess\`.
- Guidelines differ: a corpus keeps its own labels, and a view maps them to the classes that a user sees
  (\`npx falconframes corpus NAME --view VIEW\`). What a corpus does not annotate is unknown in it, never absent.

## Corpora with mentions

Labels are the corpus's own. Counts are of whole parts, after the reader has joined or left out what \`npx falconframes corpus NAME --out FILE\` reports.

${sections.join('\n\n')}

## Data of the studies

Each notebook says how it cuts its data into parts, and how large they are.

| source | what | licence | study |
|---|---|---|---|
${study.join('\n')}

## Other sources

| source | what | licence | use |
|---|---|---|---|
${others.join('\n')}

## Written for this project

[data/sample](../data/sample/README.md), 21 invented articles and texts for the four studies, and [examples/data](../examples/README.md#data) are in the public
domain (CC0). Nothing in them is true, and figures obtained from them say nothing about real data.
`;
}

function listOf(wanted) {
  return Object.entries(CORPORA)
    .filter(([, corpus]) => wanted(corpus))
    .map(([name]) => name)
    .join(', ');
}

const whereFrom = ({ repository, commit }) => `\`${repository}\` on GitHub, commit \`${commit.slice(0, 8)}\``;

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(cardPath, await dataCard());
