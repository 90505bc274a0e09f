import { loadGeneOntology, loadTopics, type TextData } from '../corpora';
import type { StudyName } from './study-run';

/**
 * Reads the data of a study before its notebook starts, so that missing or damaged data is one message and not a failed cell.
 *
 * @throws InputError that says what is wrong, or what to download and how large it is
 */
export function checkStudyData(
  study: StudyName,
  { data, corpus }: { data: TextData; corpus?: string },
): void {
  if (study === 'go-terms') loadGeneOntology({ file: corpus, data });
  else loadTopics({ folder: corpus, data });
}
