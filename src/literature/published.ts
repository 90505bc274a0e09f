import { join } from 'node:path';
import { projectRoot, readTextFile } from '../foundation';
import type { PublishedScore } from '../visualization';

/** The figures of data/published.json. */
export function publishedScores(): PublishedScore[] {
  return JSON.parse(readTextFile(join(projectRoot, 'data', 'published.json'))) as PublishedScore[];
}
