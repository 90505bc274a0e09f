import { ENTITY_CLASSES, type EntityClass, isEntityClass, type Span } from './entities';
import { InputError } from './errors';
import { describeJson, isJsonObject, parseJson } from './json';
import { LineWriter } from './line-writer';
import { readLines } from './lines';
import { isInsideCharacter } from './words';

/**
 * One sentence with its gold spans, one line of a JSONL file.
 *
 * `offset` is the sentence's place in its paragraph. `annotated` names the classes that the source looked for: a class
 * that is not in it is unknown here, never negative, and both loss and metrics leave it out.
 */
export interface Sentence {
  article: string;
  section: string;
  paragraph: number;
  offset: number;
  text: string;
  spans: Span[];
  annotated: EntityClass[];
}

/** UTF-16 code units, more than plain text is cut at. Everything made of a sentence (tokens, scores) is in memory at once. */
const LONGEST_SENTENCE = 100_000;
const MOST_SPANS = 2_000;

/**
 * Reads one JSONL line; `place` (file and line) opens the message of the error. A span given twice counts once.
 */
export function parseSentence(line: string, place: string): Sentence {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch (error) {
    throw new InputError(
      `${place}: not a line of JSON (${(error as Error).message}); write one sentence object a line`,
    );
  }
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${place}: ${what}`);
  };
  if (!isJsonObject(value)) fail('a sentence is a JSON object; found something else');
  const { article, section, text, spans, annotated, paragraph, offset } = value;
  if (typeof article !== 'string' || article === '')
    fail('"article" is missing; name the article the sentence is from');
  if (typeof section !== 'string') fail('"section" is missing; give its title, or an empty string');
  if (!isPlace(paragraph)) fail('"paragraph" must be a whole number from 0 on; count it so');
  if (!isPlace(offset)) fail('"offset" must be a whole number from 0 on; count it so');
  if (typeof text !== 'string' || text.trim() === '') fail('"text" is empty; leave such lines out');
  if (text.length > LONGEST_SENTENCE) {
    fail(
      `"text" has ${text.length} characters, a sentence at most ${LONGEST_SENTENCE}; split it into sentences`,
    );
  }
  if (!Array.isArray(annotated)) fail('"annotated" is missing; list the classes that the source looked for');
  for (const label of annotated) {
    if (!isEntityClass(label))
      fail(`${describeJson(label)} in "annotated" is not an entity class; use ${ENTITY_CLASSES.join(', ')}`);
  }
  if (!Array.isArray(spans)) fail('"spans" is missing; give an empty list where nothing is marked');
  if (spans.length > MOST_SPANS)
    fail(`"spans" has ${spans.length} entries, at most ${MOST_SPANS} are read; split the sentence`);
  const checked = spans.map((span, index) => {
    const { start, end, label } = Object(span) as Record<string, unknown>;
    if (!isEntityClass(label)) {
      fail(`spans[${index}] has the label ${describeJson(label)}; use ${ENTITY_CLASSES.join(', ')}`);
    }
    if (!isPlace(start) || !isPlace(end) || start >= end || end > text.length) {
      fail(
        `spans[${index}] runs from ${describeJson(start)} to ${describeJson(end)} in a text of ${text.length} characters; correct the offsets`,
      );
    }
    if (isInsideCharacter(text, start) || isInsideCharacter(text, end)) {
      const cut = isInsideCharacter(text, start) ? start : end;
      const character = String.fromCodePoint(text.codePointAt(cut - 1)!);
      fail(
        `spans[${index}] has a border at ${cut}, inside the character ${character}; count offsets in UTF-16 code units, where it takes two`,
      );
    }
    if (!annotated.includes(label)) {
      fail(`spans[${index}] is a ${label}, which "annotated" does not list; add the class there`);
    }
    return { start, end, label };
  });
  return {
    article,
    section,
    paragraph,
    offset,
    text,
    spans: distinct(checked),
    annotated: annotated.filter((label, index) => annotated.indexOf(label) === index),
  };
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
  const sentences: Sentence[] = [];
  let number = 0;
  for (const line of readLines(path)) {
    number++;
    if (line.trim()) sentences.push(parseSentence(line, `${path} line ${number}`));
  }
  return sentences;
}

export function writeSentences(path: string, sentences: readonly Sentence[]): void {
  const writer = new LineWriter(path);
  for (const sentence of sentences) writer.write(JSON.stringify(sentence));
  writer.finish();
}
