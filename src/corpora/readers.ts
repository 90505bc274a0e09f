import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, unreadable } from '../foundation';
import { parseBrat, readBratFolder } from './brat';
import { parseCapital } from './capital';
import { type CorpusDocument, lineParagraphs } from './document';
import { parseKnowtator } from './knowtator';
import { parsePubTator } from './pubtator';
import { readText } from './text';

// The folder layout of each corpus. Mentions keep the labels of their corpus.

const titleThenAbstract = (index: number) => (index === 0 ? 'Title' : 'Abstract');

/** Reads two folders of brat pairs, `train/` and `test/`. */
export function readJnlpba(folder: string): CorpusDocument[] {
  return ['train', 'test'].flatMap((officialPart) =>
    readBratFolder(join(folder, officialPart)).map(({ id, text, mentions }) => ({
      article: id,
      officialPart,
      text,
      paragraphs: lineParagraphs(text, titleThenAbstract),
      mentions,
    })),
  );
}

const CRAFT_DEV = ['17194222', '17244351', '17425782', '17447844', '17590087', '17608565', '17696610'];

const CRAFT_SECTION =
  /^(?:Abstract|Synopsis|Background|Introduction|(?:Materials and )?Methods|Experimental Procedures|Results(?: and Discussion)?|Discussion|Conclusions?|Abbreviations|Acknowledge?ments|Authors'? contributions|Competing interests|Footnotes|Supporting Information|Supplementary Material|Figures and Tables)$/i;

/**
 * Reads `txt/`, and for each text a Knowtator file in `cl/` (label CL) and one in `uberon/` (UBERON); the articles as JATS in
 * `nxml/`.
 */
export function readCraft(folder: string): CorpusDocument[] {
  const ids = listed(join(folder, 'txt'), '.txt');
  return ids.map((article) => {
    const text = readText(join(folder, 'txt', `${article}.txt`));
    const mentionsOf = (ontology: string, label: string) => {
      const file = join(folder, ontology, `${article}.txt.knowtator.xml`);
      return parseKnowtator(readText(file), text, label, file);
    };
    let section = 'Title';
    return {
      article,
      officialPart: CRAFT_DEV.includes(article) ? 'dev' : 'train',
      text,
      paragraphs: lineParagraphs(text, (_, line) => {
        if (CRAFT_SECTION.test(line)) section = line;
        return section;
      }),
      mentions: [...mentionsOf('cl', 'CL'), ...mentionsOf('uberon', 'UBERON')],
      jatsFile: join(folder, 'nxml', `${article}.nxml`),
    };
  });
}

/** Reads `corpus.txt` with one article per line, and a brat file for each in `annotations/`. */
export function readSeth(folder: string): CorpusDocument[] {
  const corpus = join(folder, 'corpus.txt');
  const documents: CorpusDocument[] = [];
  readText(corpus)
    .split('\n')
    .forEach((line, index) => {
      if (line === '') return;
      const [article, text, ...rest] = line.split('\t');
      if (!/^\d+$/.test(article) || text === undefined || rest.length > 0) {
        throw new InputError(
          `${corpus} line ${index + 1}: not a PubMed identifier, a tab and a text; restore the file`,
        );
      }
      const file = join(folder, 'annotations', `${article}.ann`);
      const mentions = parseBrat(readText(file), text, file);
      documents.push({
        article,
        text,
        paragraphs: lineParagraphs(text, () => 'Title and abstract'),
        mentions,
      });
    });
  return documents;
}

/** Reads one PubTator file, `train.PubTator.txt`: tmVar, BioRED. */
export function readPubTatorFile(folder: string): CorpusDocument[] {
  const file = join(folder, 'train.PubTator.txt');
  return parsePubTator(readText(file), file).map(({ id, text, mentions }) => ({
    article: id,
    text,
    paragraphs: lineParagraphs(text, titleThenAbstract),
    mentions,
  }));
}

/** Reads two folders of brat pairs, `train/` and `devel/`: abstracts, sections and captions. */
export function readAnatem(folder: string): CorpusDocument[] {
  return ['train', 'devel'].flatMap((officialPart) =>
    readBratFolder(join(folder, officialPart)).map(({ id, text, mentions }) => {
      // PMID-18717698, PMC-1044634-sec-01, PMC-1072800-caption-01
      const [, kind, number, piece] = /^(PMID|PMC)-(\d+)(?:-(.+))?$/.exec(id) ?? [];
      return {
        article: kind === 'PMC' ? `PMC${number}` : (number ?? id),
        officialPart,
        text,
        paragraphs: lineParagraphs(text, piece ? () => piece : titleThenAbstract),
        mentions,
      };
    }),
  );
}

/** Reads one CSV; the sentences of an article are its paragraphs. */
export function readCapital(folder: string): CorpusDocument[] {
  const file = join(folder, 'final_df.csv');
  const documents = new Map<string, CorpusDocument>();
  for (const row of parseCapital(readText(file), file)) {
    const document = documents.get(row.article) ?? {
      article: row.article,
      text: '',
      paragraphs: [],
      mentions: [],
    };
    documents.set(row.article, document);
    const start = document.text.length;
    document.text += `${row.text}\n`;
    document.paragraphs.push({ start, end: start + row.text.length, section: '', isSentence: true });
    for (const { pieces, ...rest } of row.mentions) {
      document.mentions.push({
        pieces: pieces.map((piece) => ({ start: piece.start + start, end: piece.end + start })),
        ...rest,
      });
    }
  }
  return [...documents.values()];
}

function listed(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length))
      .sort();
  } catch (error) {
    throw unreadable(folder, error, 'restore the folder');
  }
}
