import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Annotation, readManifest } from '../collection';
import {
  CORPORA,
  type CorpusDocument,
  type CorpusName,
  loadDocuments,
  PARTS,
  type Part,
  splitSentences,
} from '../corpora';
import {
  annotatedClasses,
  createRandom,
  InputError,
  type Progress,
  readJsonObject,
  silentProgress,
  writeFileAtomically,
} from '../foundation';
import { CONTEXT_STYLES, type ContextStyle, goldAnnotation } from '../preprocessing';
import { LITERATURE_VIEW } from './views';

/** How many articles of a gold corpus are replayed at most, sampled with the seed. */
export interface CorpusShare extends Record<Part, number> {
  corpus: CorpusName;
}

/** How many articles of a part of a corpus are replayed, of how many that there are. */
export interface ReplayedShare {
  corpus: CorpusName;
  part: Part;
  taken: number;
  available: number;
}

/** What is behind each PMCID of a replay. */
export interface Replay {
  articles: Record<string, ReplayedArticle>;
}

export interface ReplayedArticle {
  corpus: CorpusName;
  /** Its id there. */
  article: string;
  /** The official part, or ours where there is none. */
  part: Part;
  /** The classes that the annotators of the corpus looked for. */
  annotated: string[];
}

/** One of the two styles in which Europe PMC's providers write contexts, by corpus. */
const STYLE: Readonly<Partial<Record<CorpusName, ContextStyle>>> = {
  craft: 'three words',
  tmvar: 'three words',
};

/**
 * Writes gold corpora into a folder as Europe PMC would serve them: `articles/<PMCID>.xml` in JATS and `annotations/<PMCID>.json`, whose annotations
 * have text and context but no offsets; and `replay.json`, the record of them. Returns the record and how much was taken of each corpus.
 *
 * CRAFT's articles are the published JATS under their PMCIDs. Of the other corpora there are abstracts, which have no PMCIDs; theirs are made of the
 * number of the corpus and the PubMed or MEDLINE number, with more digits than any PMCID has. A second copy of an article is left out.
 *
 * @throws InputError as `loadCorpus`
 */
export async function writeReplay(
  folder: string,
  wanted: readonly CorpusShare[],
  { seed, progress = silentProgress }: { seed: number; progress?: Progress },
): Promise<{ replay: Replay; shares: ReplayedShare[] }> {
  for (const kind of ['articles', 'annotations']) mkdirSync(join(folder, kind), { recursive: true });
  const replay: Replay = { articles: {} };
  const shares: ReplayedShare[] = [];
  for (const [index, share] of wanted.entries()) {
    const { corpus } = share;
    progress.update(index, wanted.length, CORPORA[corpus].title);
    const annotated = annotatedClasses(LITERATURE_VIEW, CORPORA[corpus].annotated);
    const { documents, place } = await loadDocuments(corpus, LITERATURE_VIEW);
    const pmcidOf = corpus === 'craft' ? publishedPmcids(place.folder) : madePmcid(index);
    const partOf = new Map<string, Part>(); // of an article in two parts the later one, as in the record
    for (const part of PARTS) {
      const own = documents.filter((document) => CORPORA[corpus].partOf(document) === part);
      const sampled = own.length <= share[part] ? own : createRandom(seed).shuffle(own).slice(0, share[part]);
      const chosen = sampled.filter(isNoCopy);
      for (const { article } of own.filter(isNoCopy)) partOf.set(article, part);
      for (const document of chosen) {
        const pmcid = pmcidOf(document.article);
        replay.articles[pmcid] = { corpus, article: document.article, part, annotated };
        writeFileAtomically(join(folder, 'articles', `${pmcid}.xml`), jatsOf(document, pmcid));
        const answer = [
          {
            source: 'PMC',
            extId: pmcid.slice(3),
            pmcid,
            annotations: annotationsOf(document, corpus, pmcid),
          },
        ];
        writeFileAtomically(join(folder, 'annotations', `${pmcid}.json`), `${JSON.stringify(answer)}\n`);
        await setImmediate(); // lets a notebook draw
      }
    }
    const chosen = Object.values(replay.articles).filter((article) => article.corpus === corpus);
    for (const part of PARTS) {
      const taken = chosen.filter((article) => article.part === part).length;
      const available = [...partOf.values()].filter((of) => of === part).length;
      shares.push({ corpus, part, taken, available });
    }
  }
  progress.update(wanted.length, wanted.length);
  progress.end();
  writeFileAtomically(join(folder, 'replay.json'), `${JSON.stringify(replay)}\n`);
  return { replay, shares };
}

/** Whether a collection is of a replay. */
export const isReplayed = (collection: string): boolean => readManifest(collection).source === 'replay';

/** Reads the record of a replay. @throws InputError if it is missing or damaged */
export function readReplay(folder: string): Replay {
  const path = join(folder, 'replay.json');
  const replay: Partial<Replay> = readJsonObject(path, 'the record of a replay', 1 << 26);
  if (!replay.articles)
    throw new InputError(`${path}: names no articles; run notebook 1 again, which writes it`);
  return replay as Replay;
}

/** CRAFT's own table of PubMed ids and PMCIDs. */
function publishedPmcids(folder: string): (article: string) => string {
  const rows = readFileSync(join(folder, 'craft-idmappings.txt'), 'utf8').split(/\r?\n/);
  const pmcids = new Map(rows.map((row) => row.split('\t')).map(([, pmcid, pmid]) => [pmid, pmcid]));
  return (article) => {
    const pmcid = pmcids.get(article);
    if (pmcid === undefined)
      throw new InputError(`${folder}/craft-idmappings.txt: has no PMCID of ${article}; restore it`);
    return pmcid;
  };
}

/** JNLPBA annotated three abstracts twice. The second is "97218353-2", which cannot be a PMCID. */
const isNoCopy = ({ article }: CorpusDocument): boolean => !article.includes('-');

const madePmcid = (index: number) => (article: string) => `PMC${900 + index}${article.padStart(8, '0')}`;

function jatsOf({ text, paragraphs, jatsFile, article }: CorpusDocument, pmcid: string): string {
  if (jatsFile) return readFileSync(jatsFile, 'utf8');
  const [title, ...abstract] = paragraphs.map(({ start, end }) => escapeXml(text.slice(start, end)));
  return `<?xml version="1.0" encoding="UTF-8"?>
<article article-type="abstract"><front><article-meta><article-id pub-id-type="pmcid">${pmcid}</article-id><article-id pub-id-type="pmid">${article}</article-id>
<title-group><article-title>${title}</article-title></title-group>
<abstract>
${abstract.map((paragraph) => `<p>${paragraph}</p>\n`).join('')}</abstract>
</article-meta></front></article>
`;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function annotationsOf(
  { text, paragraphs, mentions }: CorpusDocument,
  corpus: CorpusName,
  pmcid: string,
): Annotation[] {
  const style = CONTEXT_STYLES[STYLE[corpus] ?? 'blanks kept'];
  return paragraphs.flatMap((paragraph) => {
    const own = mentions.filter(
      ({ pieces: [{ start }] }) => start >= paragraph.start && start < paragraph.end,
    );
    const sentences = splitSentences(text.slice(paragraph.start, paragraph.end));
    return own.map((mention, index): Annotation => {
      const start = mention.pieces[0].start;
      const end = mention.pieces[mention.pieces.length - 1].end;
      const around = sentences.find((sentence) => start < paragraph.start + sentence.end);
      const place = {
        ...{ text, start, end },
        sentenceStart: Math.min(paragraph.start + (around?.start ?? 0), start),
        sentenceEnd: Math.max(paragraph.start + (around?.end ?? 0), end),
      };
      const id = `http://europepmc.org/articles/${pmcid}#${corpus}-${paragraph.start}-${index}`;
      return {
        ...goldAnnotation(text, mention, id),
        ...style(place),
        section: paragraph.section,
        provider: corpus,
      };
    });
  });
}
