import { readFileSync } from 'node:fs';
import { type Annotation, collectedFiles } from '../collection';
import { availableCorpora, loadDocuments, type Mention } from '../corpora';
import { isWordCharacter, type View } from '../foundation';
import { usableArticles } from './collected';
import { goldAnnotation } from './gold-annotation';
import type { GoldMention } from './gold-places';
import { jatsToParagraphs, type Paragraph } from './jats';

/** An article's text, and annotations that carry text and context but no offsets. */
export interface AnnotatedArticle {
  article: string;
  /** The labels for which annotations were requested. */
  types: readonly string[];
  paragraphs: Paragraph[];
  annotations: Annotation[];
  /** The text of the corpus and the offsets of the annotations in it, if they are known. */
  gold?: { text: string; mentions: GoldMention[] };
}

/**
 * A collection and, if requested and available, the two corpora whose annotations are audited.
 *
 * @param view gives the corpora the classes of the collection
 */
export function auditSources(
  folder: string,
  wantsGold: boolean,
  view: View,
): { name: string; articles: AsyncIterable<AnnotatedArticle> }[] {
  const isAtHand = (corpus: string) =>
    wantsGold && availableCorpora().some(({ name, where }) => name === corpus && where !== 'absent');
  return [
    { name: 'the collected articles', articles: collectedArticles(folder) },
    ...(isAtHand('capital') ? [{ name: 'CAPITAL', articles: capitalArticles(view) }] : []),
    ...(isAtHand('craft') ? [{ name: 'CRAFT', articles: craftArticles(view) }] : []),
  ];
}

/** Yields the articles of a collection, one in memory at a time, without unusable ones, which `preprocess` reports. */
export async function* collectedArticles(folder: string): AsyncGenerator<AnnotatedArticle> {
  for (const { pmcid, types, paragraphs, annotations } of usableArticles(collectedFiles(folder), () => {}))
    yield { article: pmcid, types, paragraphs, annotations };
}

/**
 * CRAFT's articles in the form of Europe PMC: the text from their JATS, the gold mentions as annotations without offsets, taken from
 * the corpus's plain text. A discontinuous mention extends from its first to its last piece.
 */
export async function* craftArticles(view: View): AsyncGenerator<AnnotatedArticle> {
  const { documents } = await loadDocuments('craft', view);
  for (const { article, text, mentions, jatsFile } of documents) {
    const paragraphs = jatsToParagraphs(readFileSync(jatsFile!, 'utf8'), jatsFile!);
    const gold = mentions.map((mention, index) => ({
      start: mention.pieces[0].start,
      end: mention.pieces[mention.pieces.length - 1].end,
      annotation: goldAnnotation(text, mention, `${article}#${index}`),
    }));
    yield {
      article,
      types: Object.keys(view.classes),
      paragraphs,
      annotations: gold.map(({ annotation }) => annotation),
      gold: { text, mentions: gold },
    };
  }
}

/**
 * CAPITAL's sentences, one per paragraph. Its table only gives the position where a search found the ontology's name; the annotated
 * text is not published, so it is approximated by whole words: the marked characters and the rest of the words they cut.
 */
export async function* capitalArticles(view: View): AsyncGenerator<AnnotatedArticle> {
  const { documents } = await loadDocuments('capital', view);
  for (const { article, text, paragraphs, mentions } of documents) {
    yield {
      article,
      types: Object.keys(view.classes),
      paragraphs: paragraphs.map(({ section, start, end }, index) => ({
        section,
        index,
        text: text.slice(start, end),
      })),
      annotations: mentions.map((mention, index) =>
        goldAnnotation(text, { ...mention, pieces: wholeWords(text, mention) }, `${article}#${index}`),
      ),
    };
  }
}

function wholeWords(text: string, { pieces }: Mention): Mention['pieces'] {
  let [{ start, end }] = pieces;
  while (isWordCharacter(text, start - 1) && isWordCharacter(text, start)) start--;
  while (isWordCharacter(text, end) && isWordCharacter(text, end - 1)) end++;
  return [{ start, end }];
}
