import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../foundation';
import { parseBrat, readBratFolder } from './brat';
import { parseCapital } from './capital';
import { type CorpusDocument, lineParagraphs } from './document';
import { parseKnowtator } from './knowtator';
import { parsePubTator } from './pubtator';
import { readText } from './text';

// How each corpus is laid out in its folder, and which of its types stand for which class (why: see the registry).

const titleThenAbstract = (index: number) => (index === 0 ? 'Title' : 'Abstract');

/** Two folders of brat pairs, `train/` and `test/`: cell_type is Cell, cell_line is Cell Line. */
export function readJnlpba(folder: string): CorpusDocument[] {
  return ['train', 'test'].flatMap((officialPart) =>
    readBratFolder(join(folder, officialPart), { cell_type: 'Cell', cell_line: 'Cell Line' }).map(
      ({ id, text, mentions }) => ({
        article: id,
        officialPart,
        text,
        paragraphs: lineParagraphs(text, titleThenAbstract),
        mentions,
      }),
    ),
  );
}

const CRAFT_DEV = ['17194222', '17244351', '17425782', '17447844', '17590087', '17608565', '17696610'];

const CRAFT_SECTION =
  /^(?:Abstract|Synopsis|Background|Introduction|(?:Materials and )?Methods|Experimental Procedures|Results(?: and Discussion)?|Discussion|Conclusions?|Abbreviations|Acknowledge?ments|Authors'? contributions|Competing interests|Footnotes|Supporting Information|Supplementary Material|Figures and Tables)$/i;

/** `txt/`, and for each text a Knowtator file in `cl/` (Cell) and one in `uberon/` (Organ Tissue); the articles as JATS in `nxml/`. */
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
      mentions: [...mentionsOf('cl', 'Cell'), ...mentionsOf('uberon', 'Organ Tissue')],
      jatsFile: join(folder, 'nxml', `${article}.nxml`),
    };
  });
}

/** `corpus.txt` with one article a line, and a brat file for each in `annotations/`. */
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
      const mentions = parseBrat(readText(file), text, { SNP: 'Gene Mutations', RS: 'Gene Mutations' }, file);
      documents.push({
        article,
        text,
        paragraphs: lineParagraphs(text, () => 'Title and abstract'),
        mentions,
      });
    });
  return documents;
}

/** One PubTator file. */
export function readTmvar(folder: string): CorpusDocument[] {
  const file = join(folder, 'train.PubTator.txt');
  const classOf = {
    DNAMutation: 'Gene Mutations',
    ProteinMutation: 'Gene Mutations',
    SNP: 'Gene Mutations',
  } as const;
  return parsePubTator(readText(file), classOf, file).map(({ id, text, mentions }) => ({
    article: id,
    text,
    paragraphs: lineParagraphs(text, titleThenAbstract),
    mentions,
  }));
}

/** Two folders of brat pairs, `train/` and `devel/`: abstracts, sections and captions. */
export function readAnatem(folder: string): CorpusDocument[] {
  const classOf = {
    Cell: 'Cell',
    Organ: 'Organ Tissue',
    Tissue: 'Organ Tissue',
    'Multi-tissue_structure': 'Organ Tissue',
    Organism_subdivision: 'Organ Tissue',
    Anatomical_system: 'Organ Tissue',
    Developing_anatomical_structure: 'Organ Tissue',
    Organism_substance: 'Organ Tissue',
  } as const;
  return ['train', 'devel'].flatMap((officialPart) =>
    readBratFolder(join(folder, officialPart), classOf).map(({ id, text, mentions }) => {
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

/** One CSV; the sentences of an article are its paragraphs. */
export function readCapital(folder: string): CorpusDocument[] {
  const file = join(folder, 'final_df.csv');
  const classOf = { CL: 'Cell', CLine: 'Cell Line', OT: 'Organ Tissue', GM: 'Gene Mutations' } as const;
  const documents = new Map<string, CorpusDocument>();
  for (const row of parseCapital(readText(file), classOf, file)) {
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
    throw new InputError(
      `${folder}: cannot be read (${(error as NodeJS.ErrnoException).code}); restore the folder`,
    );
  }
}
