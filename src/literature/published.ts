import { join } from 'node:path';
import { projectRoot, readTextFile } from '../foundation';

/** A figure that others report, to be set beside ours. */
export interface PublishedScore {
  /** Name of the corpus as this library has it, or in words. */
  corpus: string;
  system: string;
  /** What the score is over. */
  classes: string;
  /** `F1` where the source does not say what had to be right. */
  measure: 'strict F1' | 'token F1' | 'F1';
  f1: number;
  source: string;
  /** Where the figure was read: in the source itself or in others' tables. */
  checked: 'in the source' | 'second-hand';
  /** Why it cannot be compared one to one. */
  differs: string;
}

/** The figures of data/published.json. */
export function publishedScores(): PublishedScore[] {
  return JSON.parse(readTextFile(join(projectRoot, 'data', 'published.json'))) as PublishedScore[];
}
