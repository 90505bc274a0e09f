import { join } from 'node:path';
import {
  type ComparedMention,
  comparable,
  compareMentions,
  type ExaminedSentence,
  MENTION_OUTCOMES,
} from '../../evaluation';
import { labelsOf, projectRoot, readTextFile } from '../../foundation';
import { escapeHtml } from '../notebook/html';
import { labelColours } from '../palette';
import { page } from './page';

/** Style and script are separate files that are inlined; read from the source folder, since the compiler does not copy them. */
const FOLDER = join(projectRoot, 'src', 'visualization', 'error-browser');

/** A sentence in the format of `page.js`. */
interface BrowsedSentence {
  corpus: string;
  article: string;
  section: string;
  text: string;
  mentions: Omit<ComparedMention, 'sentence'>[];
}

/**
 * Renders the error browser: a self-contained HTML file that opens offline. It lists the sentences with gold or predicted mentions
 * and filters them by label, corpus and kind of error.
 *
 * @param title plain text, such as the name of the model
 * @param labels in the order of their colours; default: those of the sentences in order of first appearance
 */
export function errorBrowser(
  title: string,
  examined: readonly ExaminedSentence[],
  labels: readonly string[] = labelsOf(examined.map(({ sentence }) => sentence)),
): string {
  const sentences = examined.flatMap((one): BrowsedSentence[] => {
    const { article, section, text } = one.sentence;
    const mentions = compareMentions([one.sentence], [comparable(one)]).map(
      ({ sentence: _, ...mention }) => mention,
    );
    return mentions.length === 0 ? [] : [{ corpus: one.corpus, article, section, text, mentions }];
  });
  const data = { labels, colours: labelColours(labels), kinds: MENTION_OUTCOMES, sentences };
  const read = (name: string) => readTextFile(join(FOLDER, name));
  return page({
    title: escapeHtml(title),
    style: read('page.css'),
    script: read('page.js'),
    // A sentence may contain "</script>" or "<!--", so every "<" in the data is escaped.
    data: JSON.stringify(data).replaceAll('<', '\\u003c'),
  });
}
