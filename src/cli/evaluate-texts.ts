import { type ClassificationDetails, detailTexts, type McNemar, mcnemarTest } from '../evaluation';
import { type LabelledText, readLabelledTexts, showProgress } from '../foundation';
import { openTextModel } from '../inference';
import { type ClassificationReport, evaluateTexts, isRight } from '../tasks';
import { Tokenizer } from '../tokenization';

/** Scores of one classifier, as printed by `--json`. */
export type ClassifierScores = Omit<ClassificationReport, 'answers'> &
  ClassificationDetails & { model: string };

export interface ClassificationResult extends ClassifierScores {
  comparison?: ClassifierScores & { mcnemar: McNemar };
}

interface Options {
  model: string;
  data: string[];
  compare?: string;
  resamples: number;
  seed: number;
}

/** Scores a classifier, and optionally a second one, on the texts of all files together. */
export async function evaluateClassifier({
  model,
  data,
  compare,
  ...options
}: Options): Promise<ClassificationResult> {
  const texts = data.flatMap(readLabelledTexts);
  const first = await scoreModel(model, texts, options);
  if (compare === undefined) return first.scores;
  const second = await scoreModel(compare, texts, options);
  return {
    ...first.scores,
    comparison: { ...second.scores, mcnemar: mcnemarTest(first.right, second.right) },
  };
}

async function scoreModel(
  folder: string,
  texts: readonly LabelledText[],
  options: { resamples: number; seed: number },
): Promise<{ scores: ClassifierScores; right: boolean[] }> {
  const { configuration, score, dispose } = await openTextModel(folder);
  const progress = showProgress('Evaluating');
  try {
    const report = await evaluateTexts(texts, new Tokenizer(folder), score, configuration, (done) =>
      progress.update(done, texts.length, 'texts'),
    );
    const { answers, ...scores } = report;
    return {
      scores: { model: folder, ...scores, ...detailTexts(report, options) },
      right: answers.map(isRight),
    };
  } finally {
    progress.end();
    await dispose();
  }
}
