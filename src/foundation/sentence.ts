import { basename } from 'node:path';
import { InputError } from './errors';
import { describeJson, isJsonObject, parseJson } from './json';
import { LineWriter } from './line-writer';
import { readLines } from './lines';
import type { Span } from './spans';
import { isInsideCharacter } from './words';

/** A range of a text: `text.slice(start, end)`. */
export interface TextRange {
  start: number;
  end: number;
}

/**
 * One sentence with its gold spans, one line of a JSONL file.
 *
 * Only `text` and `spans` are required. `offset` is the position of the sentence in its paragraph. `annotated` lists the labels
 * that the source annotated: a label that is not listed is unknown here, never negative, and is excluded from both loss and
 * metrics.
 */
export interface Sentence {
  article: string;
  section: string;
  paragraph: number;
  offset: number;
  text: string;
  spans: Span[];
  annotated: string[];
  /** Set if the source fixes the tokens, in the order of the text. */
  words?: TextRange[];
}

/** A sentence as read from its line. Without `annotated`, all labels of the file were annotated. */
export type SentenceLine = Omit<Sentence, 'annotated'> & { annotated?: string[] };

/**
 * UTF-16 code units, more than the length at which plain text is split. All tokens and scores of a sentence are in memory at once.
 */
const LONGEST_SENTENCE = 100_000;
const MOST_SPANS = 2_000;
const LONGEST_LABEL = 200;

/** Checks the name of a label: any text without control characters, since it appears in tables and tag files. */
export function isLabel(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() === value &&
    value.length > 0 &&
    value.length <= LONGEST_LABEL &&
    !/\p{Cc}/u.test(value)
  );
}

/**
 * Parses one JSONL line; `place` (file and line) starts error messages. A duplicate span counts once. A line without `article` is
 * treated as a separate article named after its place.
 */
export function parseSentence(line: string, place: string): SentenceLine {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch (error) {
    throw new InputError(
      `${place}: not a line of JSON (${(error as Error).message}); write one sentence object per line`,
    );
  }
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${place}: ${what}`);
  };
  if (!isJsonObject(value)) fail('a sentence is a JSON object; found something else');
  const { article = basename(place), section = '', paragraph = 0, offset = 0 } = value;
  const { text, spans, annotated, words } = value;
  if (typeof article !== 'string' || article === '')
    fail('"article" must be a string; name the article of the sentence, or leave it out');
  if (typeof section !== 'string') fail('"section" must be a string; give its title, or leave it out');
  if (!isPlace(paragraph)) fail('"paragraph" must be a whole number from 0 on; correct it, or leave it out');
  if (!isPlace(offset)) fail('"offset" must be a whole number from 0 on; correct it, or leave it out');
  if (typeof text !== 'string' || text.trim() === '') fail('"text" is empty; leave such lines out');
  if (text.length > LONGEST_SENTENCE) {
    fail(
      `"text" has ${text.length} characters, a sentence at most ${LONGEST_SENTENCE}; split it into sentences`,
    );
  }
  if (annotated !== undefined && !Array.isArray(annotated))
    fail('"annotated" must be a list of the labels that the source looked for; correct it, or leave it out');
  for (const label of annotated ?? []) {
    if (!isLabel(label))
      fail(`${describeJson(label)} in "annotated" is not a valid label; give a short text`);
  }
  if (!Array.isArray(spans))
    fail(
      value.label !== undefined || value.labels !== undefined
        ? 'has a label for its whole text and no "spans": this is a text to classify, not a sentence with mentions; put the two kinds in separate files'
        : '"spans" is missing; give an empty list where nothing is marked',
    );
  if (spans.length > MOST_SPANS)
    fail(`"spans" has ${spans.length} entries, at most ${MOST_SPANS} are read; split the sentence`);
  const checkRange = (what: string, start: unknown, end: unknown) => {
    if (!isPlace(start) || !isPlace(end) || start >= end || end > text.length) {
      fail(
        `${what} runs from ${describeJson(start)} to ${describeJson(end)} in a text of ${text.length} characters; correct the offsets`,
      );
    }
    if (isInsideCharacter(text, start) || isInsideCharacter(text, end)) {
      const cut = isInsideCharacter(text, start) ? start : end;
      const character = String.fromCodePoint(text.codePointAt(cut - 1)!);
      fail(
        `${what} has a border at ${cut}, inside the character ${character}; count offsets in UTF-16 code units, where it takes two`,
      );
    }
    return { start, end };
  };
  const checked = spans.map((span, index) => {
    const { start, end, label } = Object(span) as Record<string, unknown>;
    if (!isLabel(label))
      fail(
        label === undefined
          ? `spans[${index}] has no label; give an object with "start", "end" and "label"`
          : `spans[${index}] has the label ${describeJson(label)}; give it a name of at most ${LONGEST_LABEL} characters`,
      );
    const range = checkRange(`spans[${index}]`, start, end);
    if (annotated && !annotated.includes(label))
      fail(`spans[${index}] is a ${label}, which "annotated" does not list; add the label there`);
    return { ...range, label };
  });
  return {
    article,
    section,
    paragraph,
    offset,
    text,
    spans: distinct(checked),
    ...(annotated && { annotated: [...new Set(annotated as string[])] }),
    ...(words !== undefined && { words: checkWords(words, checked, checkRange, fail) }),
  };
}

/** Checks that words are in text order and do not overlap, and that no span starts or ends inside one. */
function checkWords(
  words: unknown,
  spans: readonly Span[],
  checkRange: (what: string, start: unknown, end: unknown) => TextRange,
  fail: (what: string) => never,
): TextRange[] {
  if (!Array.isArray(words))
    fail('"words" must be a list with start and end of each word; correct it, or leave it out');
  const checked = words.map((word, index) => {
    const { start, end } = Object(word) as Record<string, unknown>;
    return checkRange(`words[${index}]`, start, end);
  });
  checked.forEach(({ start }, index) => {
    if (index > 0 && start < checked[index - 1].end)
      fail(
        `words[${index}] begins at ${start}, before the end of the previous word; give words in the order of the text, none twice`,
      );
  });
  const [starts, ends] = [new Set(checked.map(({ start }) => start)), new Set(checked.map(({ end }) => end))];
  spans.forEach(({ start, end }, index) => {
    if (!starts.has(start) || !ends.has(end))
      fail(
        `spans[${index}] from ${start} to ${end} does not begin and end at words of "words"; correct either`,
      );
  });
  return checked;
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function distinct(spans: Span[]): Span[] {
  const isSame = (one: Span, other: Span) =>
    one.start === other.start && one.end === other.end && one.label === other.label;
  if (spans.length < 10)
    return spans.filter((span, index) => spans.findIndex((other) => isSame(span, other)) === index);
  return [...new Map(spans.map((span) => [`${span.start} ${span.end} ${span.label}`, span])).values()];
}

/** Reads all sentences of a JSONL file; empty lines are skipped. */
export function readSentences(path: string): Sentence[] {
  const lines: SentenceLine[] = [];
  let number = 0;
  for (const line of readLines(path)) {
    number++;
    if (line.trim()) lines.push(parseSentence(line, `${path} line ${number}`));
  }
  const ofFile = labelsOf(lines);
  return lines.map((line) => ({ ...line, annotated: line.annotated ?? ofFile }));
}

/** Returns the labels that sentences have or were annotated for, in order of first appearance. */
export function labelsOf(sentences: readonly SentenceLine[]): string[] {
  const labels = new Set<string>();
  let last: readonly string[] | undefined;
  for (const { annotated, spans } of sentences) {
    // Most sentences of a file share their list.
    if (annotated && annotated !== last) for (const label of annotated) labels.add(label);
    last = annotated;
    for (const { label } of spans) labels.add(label);
  }
  return [...labels];
}

export function writeSentences(path: string, sentences: readonly Sentence[]): void {
  const writer = new LineWriter(path);
  for (const sentence of sentences) writer.write(JSON.stringify(sentence));
  writer.finish();
}
