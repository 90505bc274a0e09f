import type { Entity } from '../inference';

/** A text, a file as it was dropped, or an article from Europe PMC. */
export type PageInput =
  | { kind: 'text'; text: string }
  | { kind: 'file'; name: string; content: ArrayBuffer }
  | { kind: 'pmc'; id: string; content: ArrayBuffer };

/** From the page to its worker. A new run cancels the one before. */
export type Question =
  | { kind: 'annotate'; run: number; input: PageInput; model: string; view: string }
  | { kind: 'cancel' };

/** From the worker to the page. */
export type Answer =
  | { kind: 'progress'; run: number; step: 'loading' | 'annotating'; done: number; total: number }
  | ({ kind: 'result'; run: number } & Annotated)
  /** A better measurement of the last result, after the model has warmed up. */
  | { kind: 'timing'; run: number; milliseconds: number }
  | { kind: 'refusal'; run: number; message: string }
  | { kind: 'cancelled'; run: number };

export interface Annotated {
  /** As in the lines of `falconframes annotate`. */
  id: string;
  text: string;
  entities: Entity[];
  sentences: number;
  /** Milliseconds to split, tokenize, score and decode; without the time to load the model. */
  milliseconds: number;
}
