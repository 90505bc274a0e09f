import { basename } from 'node:path';
import { InputError } from './errors';
import { describeJson, isJsonObject, parseJson } from './json';
import { LineWriter } from './line-writer';
import { readLines } from './lines';
import type { Span } from './spans';
import { isInsideCharacter } from './words';

/** A stretch of text: `text.slice(start, end)`. */
export interface TextRange {
  start: number;
  end: number;
}

/**
 * One sentence with its gold spans, one line of a JSONL file.
 *
 * A line needs `text` and `spans` alone. `offset` is the sentence's place in its paragraph. `annotated` names the labels that the source
 * looked for: a label that is not in it is unknown here, never negative, and both loss and metrics leave it out.
 */
export interface Sentence {
  article: string;
  section: string;
  paragraph: number;
  offset: number;
  text: string;
  spans: Span[];
  annotated: string[];
  /** Where the source fixes them, in the order of the text. */
  words?: TextRange[];
}

/** A sentence as its line has it. Without `annotated`, all labels of the file were looked for. */
export type SentenceLine = Omit<Sentence, 'annotated'> & { annotated?: string[] };

/** UTF-16 code units, more than plain text is cut at. Everything made of a sentence (tokens, scores) is in memory at once. */
const LONGEST_SENTENCE = 100_000;
const MOST_SPANS = 2_000;
const LONGEST_LABEL = 200;

/** The name of a label: any text, but no control characters, since tables and files of tags show it. */
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
 * Reads one JSONL line; `place` (file and line) opens the message of the error. A span given twice counts once. A line without
 * `article` is an article of its own, named after its place.
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
    fail('"article" must be a text; name the article the sentence is from, or leave it out');
  if (typeof section !== 'string') fail('"section" must be a text; give its title, or leave it out');
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
      fail(`${describeJson(label)} in "annotated" is no name of a label; give a short text`);
  }
  if (!Array.isArray(spans))
    fail(
      value.label !== undefined || value.labels !== undefined
        ? 'has a label for its whole text and no "spans": this is a text to classify, not a sentence with mentions; keep the two kinds in files of their own'
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
        `spans[${index}] has the label ${describeJson(label)}; give it a name of at most ${LONGEST_LABEL} characters`,
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

/** Words stand in the order of the text, apart from each other, and no span begins or ends inside one. */
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
        `words[${index}] begins at ${start}, before the end of the word before it; give words in the order of the text, none twice`,
      );
  });
  const [starts, ends] = [new Set(checked.map(({ start }) => start)), new Set(checked.map(({ end }) => end))];
  spans.forEach(({ start, end }, index) => {
    if (!starts.has(start) || !ends.has(end))
      fail(
        `spans[${index}] from ${start} to ${end} does not begin and end with a word of "words"; the two do not belong to one text, correct either`,
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

/** All sentences of a JSONL file; empty lines are skipped. */
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

/** The labels that sentences have or were annotated for, in the order in which they first appear. */
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
