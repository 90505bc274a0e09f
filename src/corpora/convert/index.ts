/**
 * Convert: annotations in users' formats, as sentences with spans or as labelled texts.
 *
 * In: files of brat, CoNLL, PubTator, BioC or CSV. Out: lines in our two JSONL forms, and an account of what they cannot represent
 * and of what was skipped. May touch: the given files (reads).
 */
import { InputError, labelledTextLine, labelsOf, type TextColumns } from '../../foundation';
import { type CorpusDocument, toSentences } from '../document';
import { Account, type Loss, type PlacedSentence } from './account';
import { biocDocuments } from './bioc';
import { bratDocuments } from './brat';
import { type ConllOptions, conllSentences } from './conll';
import { csvTexts } from './csv';
import { pubTatorDocuments } from './pubtator';

export { LOSSES, type Loss } from './account';
export { filesOfPaths } from './files';

/** Formats whose documents contain running text, which is split into sentences. */
const DOCUMENT_READERS: Record<string, (paths: readonly string[], account: Account) => CorpusDocument[]> = {
  brat: bratDocuments,
  pubtator: pubTatorDocuments,
  bioc: biocDocuments,
};

export const FORMATS = ['brat', 'conll', 'pubtator', 'bioc', 'csv'] as const;

export type Format = (typeof FORMATS)[number];

export interface ConvertOptions extends ConllOptions, TextColumns {}

export interface ConversionReport {
  from: Format;
  /** Lines of the output, and the number of their articles (for labelled texts, the same). */
  lines: number;
  articles: number;
  /** Number of occurrences of each label, in order of first appearance. */
  labels: Record<string, number>;
  /** Number of lost items of each kind. */
  lost: Partial<Record<Loss, number>>;
  /** CoNLL only, by file: the tagging scheme. */
  schemes: Record<string, string>;
  /** One message per document (in CoNLL: sentence; in CSV: row) that was skipped as unusable. */
  skipped: string[];
  /** CoNLL only: labels that some files lack. */
  notices: string[];
}

/**
 * Converts files to JSON lines: sentences for tagging, or labelled texts from CSV. Offsets become UTF-16 code units. Every sentence
 * is `annotated` for all labels of the conversion.
 *
 * @param paths files or folders
 * @throws InputError with the reason if nothing is usable or nothing is labelled
 */
export function convert(
  from: Format,
  paths: readonly string[],
  options: ConvertOptions = {},
): { lines: string[]; report: ConversionReport } {
  const account = new Account();
  const converted =
    from === 'csv' ? convertTexts(paths, options, account) : convertSentences(from, paths, options, account);
  if (converted.lines.length === 0) throw nothingOf(paths, account);
  if (Object.keys(converted.labels).length === 0)
    throw new InputError(`${paths[0]}: has no annotations; give annotated ${from}`);
  const { lines, articles, labels } = converted;
  const { schemes, skipped, notices } = account;
  return {
    lines,
    report: {
      from,
      lines: lines.length,
      articles,
      labels,
      lost: account.losses(),
      schemes,
      skipped,
      notices,
    },
  };
}

function nothingOf(paths: readonly string[], { skipped }: Account): InputError {
  const [first] = skipped;
  if (first === undefined) return new InputError(`${paths[0]}: contains nothing to convert; check the path`);
  return new InputError(skipped.length === 1 ? first : `${first} (and ${skipped.length - 1} more like it)`);
}

interface Converted {
  lines: string[];
  articles: number;
  labels: Record<string, number>;
}

function convertSentences(
  from: Exclude<Format, 'csv'>,
  paths: readonly string[],
  options: ConllOptions,
  account: Account,
): Converted {
  const read =
    from === 'conll'
      ? conllSentences(paths, options, account)
      : sentencesOf(DOCUMENT_READERS[from](paths, account), account);
  // Before labels are gathered: a bad label concerns the sentences that have it alone.
  const sentences = account.usable(read);
  const annotated = labelsOf(sentences);
  const labels = new Map(annotated.map((label) => [label, 0]));
  for (const { label } of sentences.flatMap(({ spans }) => spans)) labels.set(label, labels.get(label)! + 1);
  return {
    lines: sentences.map((sentence) => JSON.stringify({ ...sentence, annotated })),
    articles: new Set(sentences.map(({ article }) => article)).size,
    labels: Object.fromEntries(labels),
  };
}

function sentencesOf(documents: readonly CorpusDocument[], account: Account): PlacedSentence[] {
  const labels = [...new Set(documents.flatMap(({ mentions }) => mentions.map(({ label }) => label)))];
  return documents
    .flatMap((document) => toSentences(document, labels, account.adjustments))
    .map(({ annotated, ...sentence }) => ({
      sentence,
      place: `${sentence.article} paragraph ${sentence.paragraph + 1}`,
    }));
}

function convertTexts(paths: readonly string[], columns: TextColumns, account: Account): Converted {
  const texts = csvTexts(paths, columns, account);
  const other = texts.find(({ several }) => several !== texts[0].several);
  if (other)
    throw new InputError(
      `${other.place}: has ${other.several ? '"labels"' : '"label"'}, unlike the file before it; convert each kind to a separate file`,
    );
  const labels = new Map<string, number>();
  for (const label of texts.flatMap((text) => text.labels)) labels.set(label, (labels.get(label) ?? 0) + 1);
  return { lines: texts.map(labelledTextLine), articles: texts.length, labels: Object.fromEntries(labels) };
}
