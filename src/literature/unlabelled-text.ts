import { join } from 'node:path';
import { loadTopics, readOntology } from '../corpora';
import { mirrorFiles, readTextFile, writeFileAtomically } from '../foundation';
import { jatsToParagraphs } from '../preprocessing';

/** Domains of the abstracts whose words are those of the literature task. */
const DOMAINS: readonly string[] = ['Medical Science', 'Biochemistry'];

/** Paragraphs by where they come from. */
export type UnlabelledCounts = Record<'articles' | 'abstracts' | 'definitions', number>;

/**
 * Writes open text of the mirror from which a student learns what its teacher says, one paragraph per line: articles of Europe PMC (none of which is in a
 * corpus), abstracts of medicine and biochemistry, and definitions of cells and anatomy.
 */
export function writeUnlabelledText(path: string): UnlabelledCounts {
  const paragraphs = { articles: articles(), abstracts: abstracts(), definitions: definitions() };
  const lines = Object.values(paragraphs)
    .flat()
    .map((text) => text.replaceAll(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  writeFileAtomically(path, `${[...new Set(lines)].join('\n')}\n`);
  const { articles: ofArticles, abstracts: ofAbstracts, definitions: ofDefinitions } = paragraphs;
  return { articles: ofArticles.length, abstracts: ofAbstracts.length, definitions: ofDefinitions.length };
}

function articles(): string[] {
  return mirrorFiles(join('europepmc', 'fulltext'), '.xml').flatMap((path) =>
    jatsToParagraphs(readTextFile(path), path).map(({ text }) => text),
  );
}

const abstracts = (): string[] =>
  loadTopics().texts.flatMap(({ text, labels }) => (DOMAINS.includes(labels[0]) ? [text] : []));

const definitions = (): string[] =>
  mirrorFiles('ontologies', '.obo').flatMap((path) =>
    readOntology(path).terms.flatMap(({ definition }) => definition ?? []),
  );
