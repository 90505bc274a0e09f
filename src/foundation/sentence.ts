import { ENTITY_CLASSES, type EntityClass, isEntityClass, type Span } from './entities';
import { InputError } from './errors';
import { LineWriter } from './line-writer';
import { readLines } from './lines';

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

/** Reads one JSONL line; `place` (file and line) opens the message of the error when the line is not a sentence. */
export function parseSentence(line: string, place: string): Sentence {
  let value: Partial<Sentence>;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError(
      `${place}: not a line of JSON (${(error as Error).message}); write one sentence object a line`,
    );
  }
  const fail = (what: string): never => {
    throw new InputError(`${place}: ${what}`);
  };
  if (typeof value !== 'object' || value === null) fail('a sentence is a JSON object; found something else');
  const { article, section, text, spans, annotated, paragraph, offset } = value;
  if (typeof article !== 'string' || article === '')
    fail('"article" is missing; name the article the sentence is from');
  if (typeof section !== 'string') fail('"section" is missing; give its title, or an empty string');
  if (!Number.isInteger(paragraph) || paragraph! < 0) fail('"paragraph" must be a whole number from 0 on');
  if (!Number.isInteger(offset) || offset! < 0) fail('"offset" must be a whole number from 0 on');
  if (typeof text !== 'string' || text.trim() === '') fail('"text" is empty; leave such lines out');
  if (!Array.isArray(annotated)) fail('"annotated" is missing; list the classes that the source looked for');
  for (const label of annotated!) {
    if (!isEntityClass(label))
      fail(`"${label}" in "annotated" is no entity class; use ${ENTITY_CLASSES.join(', ')}`);
  }
  if (!Array.isArray(spans)) fail('"spans" is missing; give an empty list where nothing is marked');
  spans!.forEach((span, index) => {
    if (!isEntityClass(span?.label)) {
      fail(`spans[${index}] has the label "${span?.label}"; use ${ENTITY_CLASSES.join(', ')}`);
    }
    const inside =
      Number.isInteger(span.start) &&
      Number.isInteger(span.end) &&
      span.start >= 0 &&
      span.end <= text!.length;
    if (!inside || span.start >= span.end) {
      fail(
        `spans[${index}] runs from ${span.start} to ${span.end} in a text of ${text!.length} characters; correct the offsets`,
      );
    }
    if (!annotated!.includes(span.label)) {
      fail(`spans[${index}] is a ${span.label}, which "annotated" does not list; add the class there`);
    }
  });
  return { article, section, paragraph, offset, text, spans, annotated } as Sentence;
}

/** All sentences of a JSONL file; empty lines are passed over. */
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
