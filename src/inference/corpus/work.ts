import { InputError } from '../../foundation';
import type { OffsetUnit } from './article';
import type { Source } from './sources';

/** What is done with each batch. `top` asks for that many labels of each text; left out, those that the classifier gives. */
export type Work =
  | { kind: 'annotate'; offsets: OffsetUnit; view?: string }
  | { kind: 'classify'; top?: number };

export interface WorkerSettings {
  model: string;
  quantized?: boolean;
  work: Work;
}

export interface BatchResult {
  /** Lines of output, each with its end. */
  lines: string;
  /** Documents annotated, or texts classified. */
  documents: number;
  /** Of annotated documents. */
  sentences: number;
  entities: number;
  /** One sentence for each source that cannot be used. */
  damages: string[];
  /** The fingerprints of the sources, concatenated. */
  fingerprints: Uint8Array;
}

export type BatchWork = (batch: readonly Source[]) => Promise<BatchResult>;

/** Runs work on one source; a failure becomes a sentence in `damages`. */
export function orDamage(damages: string[], place: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) damages.push(error.message);
    // From the JavaScript engine: a string, an array or a recursion beyond its limits.
    else if (error instanceof RangeError) damages.push(`${place}: is too large (${error.message}); split it`);
    else throw error;
  }
}
