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

/** Style and script are files of their own, which the page has inside; read where they are, since compiling leaves them there. */
const FOLDER = join(projectRoot, 'src', 'visualization', 'error-browser');

/** A sentence as `page.js` reads it. */
interface BrowsedSentence {
  corpus: string;
  article: string;
  section: string;
  text: string;
  mentions: Omit<ComparedMention, 'sentence'>[];
}

/**
 * The error browser: one HTML file that needs nothing else and opens offline. It lists the sentences that hold a mention, gold or
 * predicted, and filters them by label, corpus and kind of error.
 *
 * @param title plain text, such as the name of the model
 * @param labels in this order, which decides their colours; left out, those of the sentences in the order in which they first appear
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
    // A sentence may hold "</script>" or "<!--": no "<" of the data reaches the page's parser.
    data: JSON.stringify(data).replaceAll('<', '\\u003c'),
  });
}
