import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadCorpus, type Part } from '../corpora';
import { chooseThresholds, scoreThresholds, type ThresholdScore } from '../evaluation';
import { InputError, projectRoot, readJsonObject } from '../foundation';
import { TokenClassifier } from '../nn';
import { inView, mean } from '../tasks';
import { Tokenizer } from '../tokenization';
import type { Row } from '../visualization';
import { type Guidelines, TRAINING_CORPORA, viewOfCorpus } from './guidelines';
import { LITERATURE_VIEW } from './views';

const SHARED: Guidelines = {
  separate: false,
  oneMutation: false,
  auxiliary: 0,
  names: false,
  spelledOut: 0,
};
const SEPARATE = { ...SHARED, separate: true };
const LITTLE_WEIGHT = { ...SEPARATE, auxiliary: 0.25 };

/** What is added, one thing at a time; the last has all. */
export const GUIDELINE_VARIANTS = {
  'shared labels': SHARED,
  'separate labels': SEPARATE,
  'shared and auxiliary labels': { ...SHARED, auxiliary: 1 },
  'separate and auxiliary labels': { ...SEPARATE, auxiliary: 1 },
  'separate labels, auxiliary ones of little weight': LITTLE_WEIGHT,
  'also one label for mutations': { ...LITTLE_WEIGHT, oneMutation: true },
  'also weak names of cell lines': { ...LITTLE_WEIGHT, oneMutation: true, names: true },
  'also mutations in words': { ...LITTLE_WEIGHT, oneMutation: true, names: true, spelledOut: 0.25 },
} satisfies Record<string, Guidelines>;

/** Strict span F1 of a class in a corpus, by the guideline of that corpus. */
export interface GuidelineScore {
  corpus: string;
  label: string;
  mentions: number;
  /** At a threshold of .5. */
  f1: number | null;
  /** At the threshold that is best for this class and corpus. */
  best: number | null;
  threshold: number | null;
}

export interface GuidelineRow {
  variant: string;
  seed: number;
  epochs: number;
  /** null if other work ran beside it. */
  trainingSeconds: number | null;
  part: Part;
  scores: GuidelineScore[];
}

/** Scores a tagger on a part of each corpus, mentions of an article made to agree. @param limit sentences of each corpus at most, for trying out */
export async function scoreGuidelines(
  folder: string,
  { separate }: Pick<Guidelines, 'separate'>,
  part: Part,
  limit = Number.POSITIVE_INFINITY,
): Promise<GuidelineScore[]> {
  const model = TokenClassifier.load(folder);
  const tokenizer = new Tokenizer(folder);
  const scores: GuidelineScore[] = [];
  try {
    for (const corpus of TRAINING_CORPORA) {
      const view = viewOfCorpus(corpus);
      const { sentences: all, report } = await loadCorpus(corpus, part, separate ? view : LITERATURE_VIEW);
      // Spread over the articles.
      const every = Math.max(1, Math.ceil(all.length / limit));
      const sentences = all.filter((_, index) => index % every === 0);
      const seen = separate ? inView(model, view.name) : model;
      const tried = await scoreThresholds([sentences], tokenizer, seen.score, seen.configuration);
      const chosen = chooseThresholds(tried);
      for (const label of report.annotated) {
        const f1At = (threshold: number | null) =>
          threshold === null ? null : (nearest(tried, threshold).f1[label] ?? null);
        scores.push({
          ...{ corpus, label, mentions: report.spans[label] },
          ...{ f1: f1At(0.5), best: f1At(chosen[label]), threshold: chosen[label] },
        });
      }
    }
  } finally {
    model.dispose();
  }
  return scores;
}

const nearest = (tried: readonly ThresholdScore[], threshold: number): ThresholdScore =>
  tried.reduce((one, other) =>
    Math.abs(other.threshold - threshold) < Math.abs(one.threshold - threshold) ? other : one,
  );

/** Reads the rows of a study, by default of the one included in the project; none if there is no file. @throws InputError if it is damaged */
export function readGuidelineStudy(
  path = join(projectRoot, 'data', 'guidelines', 'dev.json'),
): GuidelineRow[] {
  if (!existsSync(path)) return [];
  const { rows } = readJsonObject(path, 'a study of guidelines', LARGEST);
  if (!Array.isArray(rows)) throw new InputError(`${path}: has no "rows"; restore the file`);
  return rows as GuidelineRow[];
}

/** Bytes. */
const LARGEST = 1 << 22;

/** One row per training, as `scoreColumns` has them. */
export function guidelineTable(rows: readonly GuidelineRow[]): Row[] {
  const isTimed = rows.some(({ trainingSeconds }) => trainingSeconds !== null);
  return rows.map(({ variant, seed, scores, trainingSeconds }) => ({
    ...{ variant, seed, ...scoreColumns(scores), ...(isTimed && { 'training (s)': trainingSeconds }) },
  }));
}

/** F1 in percent of each class in each corpus, at the best threshold, and their mean. */
export function scoreColumns(scores: readonly GuidelineScore[]): Row {
  const percent = (share: number | null) => (share === null ? null : 100 * share);
  return {
    ...Object.fromEntries(
      scores.map(({ corpus, label, best }) => [`${corpus}, ${label} (%)`, percent(best)]),
    ),
    'mean (%)': percent(mean(scores.map(({ best }) => best))),
  };
}
