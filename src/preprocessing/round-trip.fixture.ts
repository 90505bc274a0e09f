import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Annotation, collectArticles, HARDLY_LIMITED, readCollection } from '../collection';
import { listen } from '../collection/local-server';
import { CORPORA, splitSentences } from '../corpora';
import { createRandom, cutsWord } from '../foundation';
import { anchorAnnotations } from './anchoring';
import { CONTEXT_STYLES, type ContextStyle, goldAnnotation } from './gold-annotation';
import { type GoldMention, judgeOf } from './gold-places';
import { articleText, jatsToParagraphs, paragraphStarts } from './jats';

/**
 * Sends CRAFT's gold mentions through a loopback Europe PMC: each becomes an annotation with its text and context from the corpus's
 * plain text (see `CONTEXT_STYLES`), its article JATS; both are collected, the annotations anchored, and the places compared with the
 * gold ones.
 *
 * Gold places are mapped to our text by aligning the whole plain text with ours (`alignTexts`). Annotations are in random order.
 * Those with equal text, context and class are interchangeable: each may have the place of any. A discontinuous mention extends from
 * its first piece to its last, as in the corpus reader.
 */
export interface RoundTrip {
  annotations: number;
  placed: number;
  /** Placed where the gold mention (or one that is equal to it, context included) is not: see `judgeOf`. */
  wrong: number;
  /** Placed where the alignment is inconclusive. */
  undecided: number;
  /** Places that begin or end inside a word where the gold mention does not. */
  cutMidWord: number;
  reasons: Record<string, number>;
  /** One line for each annotation that is unplaced, wrong or undecided. */
  examples: string[];
  /** For comparison: the first occurrence of the mention's text in the article. */
  firstOccurrence: { right: number; cutMidWord: number };
}

interface GoldArticle {
  pmcid: string;
  fullText: string;
  text: string;
  mentions: GoldMention[];
}

/** Europe PMC's names for the labels of CRAFT. */
const CLASS_OF: Record<string, string> = { CL: 'Cell', UBERON: 'Organ Tissue' };

/** The articles of CRAFT that have mentions: 66 of the 67. */
export function readGold(craft: string, style: ContextStyle = 'blanks kept'): GoldArticle[] {
  const rows = readFileSync(join(craft, 'craft-idmappings.txt'), 'utf8').split(/\r?\n/);
  const pmcidOf = new Map(rows.map((row) => row.split('\t')).map(([, pmcid, pmid]) => [pmid, pmcid]));
  const documents = CORPORA.craft.read(craft).filter(({ mentions }) => mentions.length > 0);
  return documents.map(({ article, text, mentions }) => {
    const places = mentions.map(({ pieces }) => ({ start: pieces[0].start, end: pieces.at(-1)!.end }));
    const sentences = splitSentences(
      text,
      places.map((place) => ({ ...place, label: 'Cell' })),
    );
    return {
      pmcid: pmcidOf.get(article) as string,
      fullText: readFileSync(join(craft, 'nxml', `${article}.nxml`), 'utf8'),
      text,
      mentions: mentions.map((mention, index) => {
        const { start, end } = places[index];
        const around = sentences.find((sentence) => sentence.start <= start && end <= sentence.end)!;
        const place = { text, start, end, sentenceStart: around.start, sentenceEnd: around.end };
        const annotation = goldAnnotation(
          text,
          { ...mention, label: CLASS_OF[mention.label] },
          `${article}#${index}`,
        );
        return { start, end, annotation: { ...annotation, ...CONTEXT_STYLES[style](place) } };
      }),
    };
  });
}

/** Serves the articles as Europe PMC does, collects them into `folder`, and closes the server. */
export async function collectGold(gold: readonly GoldArticle[], folder: string, seed = 1): Promise<void> {
  const random = createRandom(seed);
  const server = await listen((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, wanted] = /\/rest\/(PMC\d+)\/fullTextXML$/.exec(url.pathname) ?? [];
    if (wanted) response.end(gold.find(({ pmcid }) => pmcid === wanted)?.fullText);
    else {
      const ids = (url.searchParams.get('articleIds') ?? '').split(',');
      const answer = gold
        .filter(({ pmcid }) => ids.includes(pmcid.replace('PMC', 'PMC:')))
        .map(({ pmcid, mentions }) => {
          const annotations = random.shuffle(mentions.map(({ annotation }) => annotation));
          return { source: 'PMC', pmcid, annotations };
        });
      response.end(JSON.stringify(answer));
    }
  });
  try {
    await collectArticles({
      source: 'europepmc',
      out: folder,
      ids: gold.map(({ pmcid }) => pmcid),
      types: ['Cell', 'Organ Tissue'],
      baseUrl: server.url,
      limits: HARDLY_LIMITED,
    });
  } finally {
    await server.close();
  }
}

/** Anchors the collected annotations and compares. @throws Error if the collection is incomplete */
export function measureRoundTrip(gold: readonly GoldArticle[], folder: string): RoundTrip {
  const result: RoundTrip = {
    annotations: 0,
    placed: 0,
    wrong: 0,
    undecided: 0,
    cutMidWord: 0,
    reasons: {},
    examples: [],
    firstOccurrence: { right: 0, cutMidWord: 0 },
  };
  const collected = new Map([...readCollection(folder)].map((article) => [article.pmcid, article]));
  for (const { pmcid, text: goldText, mentions } of gold) {
    const article = collected.get(pmcid);
    if (article?.annotations.length !== mentions.length) throw new Error(`${pmcid} was not collected whole`);
    const paragraphs = jatsToParagraphs(article.fullText, pmcid);
    const text = articleText(paragraphs);
    const starts = paragraphStarts(paragraphs);
    const judge = judgeOf(goldText, text, mentions);
    const { placed, unplaced } = anchorAnnotations(paragraphs, article.annotations, article.types);
    result.annotations += mentions.length;
    result.placed += placed.length;
    for (const { annotation, paragraph, span } of placed) {
      const start = starts[paragraph] + span.start;
      const end = starts[paragraph] + span.end;
      const verdict = judge(annotation, start, end);
      if (verdict === 'wrong') result.wrong++;
      if (verdict === 'undecided') result.undecided++;
      if (verdict !== 'right') result.examples.push(`${verdict}: ${pmcid} ${quoted(annotation)}`);
      if (cutsWord(text, { start, end }) && !isCut(annotation)) result.cutMidWord++;
    }
    for (const { annotation, reason } of unplaced) {
      result.reasons[reason] = (result.reasons[reason] ?? 0) + 1;
      result.examples.push(`${reason}: ${pmcid} ${quoted(annotation)}`);
    }
    for (const annotation of article.annotations) {
      const start = text.indexOf(annotation.exact);
      const end = start + annotation.exact.length;
      if (start >= 0 && judge(annotation, start, end) === 'right') result.firstOccurrence.right++;
      if (start >= 0 && cutsWord(text, { start, end }) && !isCut(annotation))
        result.firstOccurrence.cutMidWord++;
    }
  }
  return result;
}

function quoted({ prefix, exact, postfix }: Annotation): string {
  return JSON.stringify(`${prefix}[${exact}]${postfix}`);
}

function isCut({ prefix = '', exact, postfix = '' }: Annotation): boolean {
  return cutsWord(prefix + exact + postfix, { start: prefix.length, end: prefix.length + exact.length });
}
