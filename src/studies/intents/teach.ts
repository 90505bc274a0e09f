import { labelOf } from '../../benchmark';
import type { TextAnswer } from '../../evaluation';
import { readClassifierConfiguration, WEIGHTS } from '../../nn';
import type { ScoredLabel } from '../../tasks';
import type { Row } from '../../visualization';
import { epochRows } from '../tables';
import { runTrial, type Trial, type TrialsRun } from '../trials';
import { judge, withVariants } from './open-variants';
import { DEMO_QUERY } from './queries';
import { type JudgedParts, type KeptTeacher, keepTeacher, keptAnswers } from './teacher';

/** The teacher of a run: trained in it, or known by the answers that are kept in the project. */
export interface Teacher {
  /** For `distil`. */
  folder: string;
  encoder: string;
  epochs: Row[];
  /** Its answer to the query of the demonstration. */
  demo: ScoredLabel;
  answers: { dev: TextAnswer[]; test: TextAnswer[] };
}

/**
 * Trains a teacher, lets it answer, and keeps its answers and figures without its weights.
 *
 * @param keepIn folder for them, a few MB
 */
export async function trainTeacher(
  trial: Trial,
  parts: JudgedParts,
  { keepIn, ...run }: TrialsRun & { keepIn: string },
): Promise<Teacher> {
  const trained = await runTrial({ ...trial, keep: true }, { ...run, rankedLabels: undefined });
  const folder = trained.folder!;
  return withVariants([{ folder, file: WEIGHTS }], 1, async ([variant]) => {
    const demo = await labelOf(variant, DEMO_QUERY);
    const answers = { dev: (await judge(variant, parts.dev)).answers, test: trained.test.answers };
    await keepTeacher(trained, parts, { demo, ...answers }, keepIn, run.progress);
    return { folder, encoder: trial.encoder, epochs: epochRows(trained), demo, answers };
  });
}

/** The kept teacher as that of a run. @throws InputError if it answered other queries */
export function teacherFromKept(kept: KeptTeacher, parts: JudgedParts): Teacher {
  const { labels } = readClassifierConfiguration(kept.folder);
  const { folder, recipe, epochs, demo } = kept;
  const answers = {
    dev: keptAnswers(kept, 'dev', parts.dev, labels),
    test: keptAnswers(kept, 'test', parts.test, labels),
  };
  return { folder, encoder: String(recipe.encoder), epochs, demo, answers };
}
