import { InputError } from '../../foundation';
import type { OffsetUnit } from './article-of-text';
import type { Source } from './sources';

/** The work on each batch. `top` is the number of labels per text; by default those the classifier selects. */
export type Work =
  | { kind: 'annotate'; offsets: OffsetUnit; view?: string }
  | { kind: 'classify'; top?: number };

export interface WorkerSettings {
  model: string;
  quantized?: boolean;
  work: Work;
}

export interface BatchResult {
  /** Lines of output, each with a line feed. */
  lines: string;
  /** Documents annotated, or texts classified. */
  documents: number;
  /** Of the annotated documents. */
  sentences: number;
  entities: number;
  /** One sentence for each unusable source. */
  damages: string[];
  /** The fingerprints of the sources, concatenated. */
  fingerprints: Uint8Array;
}

export type BatchWork = (batch: readonly Source[]) => Promise<BatchResult>;

/** Runs work on one source; a failure is added to `damages` as a sentence. */
export function orDamage(damages: string[], place: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) damages.push(error.message);
    // From the JavaScript engine: a string, an array or a recursion exceeds its limits.
    else if (error instanceof RangeError) damages.push(`${place}: is too large (${error.message}); split it`);
    else throw error;
  }
}
