import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sentence, Span } from '../foundation';
import { projectRoot } from '../foundation';

/** Test helpers that build sentences and spans. */
export const span = (start: number, end: number, label: string): Span => ({ start, end, label });

export function sentence(
  text: string,
  spans: [number, number, string][],
  annotated: string[],
  article = 'A1',
): Sentence {
  return {
    article,
    section: '',
    paragraph: 0,
    offset: 0,
    text,
    spans: spans.map(([start, end, label]) => span(start, end, label)),
    annotated,
  };
}

/** Reads a file written by `fixtures/make_fixtures.py`. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(projectRoot, 'src', 'evaluation', 'fixtures', name), 'utf8')) as T;
}
