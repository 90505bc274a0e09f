import { type Newswire, PARTS } from '../../corpora';
import type { SequenceScore } from '../../evaluation';
import { byLabel, type Sentence } from '../../foundation';
import { outputNames, spansToLabels, type Tokenizer, WORD_RULES } from '../../tokenization';
import type { BarSeries, Row } from '../../visualization';
import { tagsOfWords, wordRanges } from './word-tags';

/** The shape of an encoder whose parameters are counted by formula. */
export interface CountedShape {
  name: string;
  vocabulary: number;
  positions: number;
  /** Token types; 0 if the encoder has none. */
  types: number;
  hidden: number;
  intermediate: number;
  layers: number;
}

/** Parameters of an encoder by part, each from its formula. */
export function parametersByFormula({
  name,
  vocabulary,
  positions,
  types,
  hidden,
  intermediate,
  layers,
}: CountedShape): Row {
  const embeddings = (vocabulary + positions + types + 2) * hidden;
  const block =
    4 * (hidden ** 2 + hidden) +
    2 * 2 * hidden +
    (hidden * intermediate + intermediate) +
    (intermediate * hidden + hidden);
  return {
    encoder: name,
    'embeddings: (V + P + T + 2) H': embeddings,
    'one block: 4 (H² + H) + 4 H + 2 H F + F + H': block,
    blocks: layers,
    parameters: embeddings + layers * block,
    'share of embeddings (%)': (100 * embeddings) / (embeddings + layers * block),
  };
}

/** Number of names of each label by part, for `groupedBars`. */
export const namesByPart = (newswire: Newswire): BarSeries[] =>
  PARTS.map((part) => ({
    name: part,
    values: byLabel(
      newswire.labels,
      (label) =>
        newswire[part].sentences.flatMap(({ spans }) => spans).filter((span) => span.label === label).length,
    ),
  }));

/** The four columns of CoNLL-2003. */
const CONLL_COLUMNS = ['tokens', 'pos_tags', 'chunk_tags', 'ner_tags'];

/**
 * One row per column of a sentence in a file, and its tags as integers.
 *
 * @param record cells by column, the words first and the tags last // [columns][words]
 */
export function recordRows(record: readonly (readonly string[])[], tags: readonly string[]): Row[] {
  const others = record.slice(1, -1).map((_, index) => `column ${index + 2}`);
  const names =
    record.length === CONLL_COLUMNS.length ? CONLL_COLUMNS : [CONLL_COLUMNS[0], ...others, 'ner_tags'];
  const integers = record[record.length - 1].map((tag) => (tags.includes(tag) ? tags.indexOf(tag) : '–'));
  return [
    ...record.map((cells, index) => ({ column: names[index], values: cells.join(' ') })),
    { column: 'ner_tags as integers', values: integers.join(' ') },
  ];
}

/** One row per token of a sentence: its word, and its tag under each rule for sub-words; a dash where a token is not learned. */
export async function alignmentRows(
  sentence: Sentence,
  tokenizer: Tokenizer,
  labels: readonly string[],
): Promise<Row[]> {
  const [encoded] = await tokenizer.encodeWords([{ text: sentence.text, words: wordRanges(sentence) }]);
  const names = outputNames({ scheme: 'exclusive', labels });
  const byRule = WORD_RULES.map((rule) => {
    const { labels: columns, counts } = spansToLabels(encoded, sentence.spans, {
      scheme: 'exclusive',
      labels,
      words: rule,
    });
    return [...counts].map((counted, token) => {
      const own = columns.subarray(token * names.length, (token + 1) * names.length).indexOf(1);
      return counted ? names[own] : '– (-100)';
    });
  });
  const tags = tagsOfWords(sentence, sentence.spans);
  const framed = (place: string): Row => ({
    token: place,
    word: '–',
    'tag of the word': '–',
    ...Object.fromEntries(WORD_RULES.map((rule) => [`rule "${rule}"`, '– (-100)'])),
  });
  return [
    framed('start token'),
    ...[...encoded.ids].map((id, token): Row => {
      const range = wordRanges(sentence)[encoded.words[token]];
      return {
        token: tokenizer.tokenOf(id),
        word: sentence.text.slice(range.start, range.end),
        'tag of the word': tags[encoded.words[token]],
        ...Object.fromEntries(WORD_RULES.map((rule, index) => [`rule "${rule}"`, byRule[index][token]])),
      };
    }),
    framed('end token'),
  ];
}

/** Mean number of sub-words per word by the tag of the word, for `groupedBars`. */
export async function piecesByTag(sentences: readonly Sentence[], tokenizer: Tokenizer): Promise<BarSeries> {
  const encodings = await tokenizer.encodeWords(
    sentences.map((one) => ({ text: one.text, words: wordRanges(one) })),
  );
  const counts = new Map<string, { words: number; pieces: number }>();
  sentences.forEach((sentence, index) => {
    const tags = tagsOfWords(sentence, sentence.spans);
    const pieces = new Array<number>(tags.length).fill(0);
    for (const word of encodings[index].words) pieces[word]++;
    tags.forEach((tag, word) => {
      const own = counts.get(tag) ?? { words: 0, pieces: 0 };
      counts.set(tag, { words: own.words + 1, pieces: own.pieces + pieces[word] });
    });
  });
  const inOrder = [...counts].sort(([one], [other]) =>
    one === 'O' ? -1 : other === 'O' ? 1 : one.localeCompare(other),
  );
  return {
    name: 'sub-words per word',
    values: Object.fromEntries(inOrder.map(([tag, { words, pieces }]) => [tag, pieces / words])),
  };
}

/** One sentence with its tags side by side: words, gold, and those that several taggers give // [words] */
export const taggedRows = (
  sentence: Sentence,
  taggers: Readonly<Record<string, readonly string[]>>,
): Row[] => {
  const gold = tagsOfWords(sentence, sentence.spans);
  return wordRanges(sentence).map(({ start, end }, index) => ({
    word: sentence.text.slice(start, end),
    gold: gold[index],
    ...Object.fromEntries(Object.entries(taggers).map(([name, tags]) => [name, tags[index]])),
  }));
};

/** The first short sentence in which a name of several words falls into more pieces than words, for `alignmentRows`. */
export async function sentenceWithSplitName(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  longest = 12,
): Promise<Sentence | undefined> {
  const short = sentences.filter((sentence) => wordRanges(sentence).length <= longest);
  const encodings = await tokenizer.encodeWords(
    short.map((one) => ({ text: one.text, words: wordRanges(one) })),
  );
  return short.find((sentence, index) =>
    sentence.spans.some(({ start, end }) => {
      const words = wordRanges(sentence).flatMap((word, place) =>
        word.start >= start && word.end <= end ? [place] : [],
      );
      const pieces = [...encodings[index].words].filter((word) => words.includes(word));
      return words.length > 1 && words.every((word) => pieces.filter((own) => own === word).length > 1);
    }),
  );
}

/** seqeval's scores in both modes, one row per label and mean. */
export const modeRows = (
  modes: Readonly<Record<string, Readonly<Record<string, SequenceScore>>>>,
  rows: readonly string[],
): Row[] =>
  rows.map((label) => ({
    label,
    ...Object.fromEntries(
      Object.entries(modes).flatMap(([mode, report]): [string, number | null][] => [
        [`precision, ${mode} (%)`, report[label] ? 100 * report[label].precision : null],
        [`recall, ${mode} (%)`, report[label] ? 100 * report[label].recall : null],
        [`F1, ${mode} (%)`, report[label] ? 100 * report[label]['f1-score'] : null],
      ]),
    ),
    names: Object.values(modes)[0][label]?.support ?? null,
  }));
