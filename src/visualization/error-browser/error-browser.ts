import {
  type ComparedMention,
  comparable,
  compareMentions,
  type ExaminedSentence,
  MENTION_OUTCOMES,
} from '../../evaluation';
import { labelsOf } from '../../foundation';
import { offlinePage } from '../offline-page/offline-page';
import { labelColours } from '../palette';
import { CONTENT, INTRODUCTION } from './page';

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
  return offlinePage({
    ...{ title, subject: 'errors', folder: 'error-browser' },
    ...{ introduction: INTRODUCTION, content: CONTENT, data },
  });
}
