import {
  definitionTexts,
  loadGeneOntology,
  loadIntents,
  loadNerSet,
  loadNewswire,
  loadTopics,
  loadUniversities,
  readNerSets,
  splitByAncestry,
  type TextData,
} from '../corpora';
import { InputError } from '../foundation';
import type { StudyName } from './study-run';

/**
 * Reads the data of a study before its notebook starts, so that missing or unusable data is one message and not a failed cell.
 *
 * @throws InputError that says what is wrong, or what to download and how large it is
 */
export async function checkStudyData(
  study: StudyName,
  { data, corpus }: { data: TextData; corpus?: string },
): Promise<void> {
  if (study === 'intent-compression') {
    const { train, dev, test, path } = await loadIntents({ folder: corpus, data });
    const queries = [...train, ...dev, ...test];
    refuseOneLabel(
      queries.flatMap(({ labels }) => labels),
      path,
    );
  } else if (study === 'conll-probing') {
    await loadNewswire({ folder: corpus, data });
    // The notebook needs them after its trainings.
    if (data !== 'sample') for (const entry of readNerSets()) loadNerSet(entry);
    await loadUniversities({ data });
  } else if (study === 'go-terms') {
    const { ontology, path } = loadGeneOntology({ file: corpus, data });
    refuseOneLabel(
      definitionTexts(ontology).map(({ aspect }) => aspect),
      path,
    );
    // The notebook needs it after all its trainings.
    splitByAncestry(ontology, { testShare: 0.2, seed: 42 });
  } else {
    const { texts, path } = loadTopics({ folder: corpus, data });
    refuseOneLabel(
      texts.flatMap(({ labels }) => labels),
      path,
    );
  }
}

function refuseOneLabel(labels: readonly string[], path: string): void {
  if (new Set(labels).size > 1) return;
  throw new InputError(
    `${path}: all ${labels.length} texts have the label "${labels[0]}", so there is nothing to tell apart; give data with at least two labels`,
  );
}
