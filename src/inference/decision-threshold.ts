import { chooseThresholds, scoreThresholds, type ThresholdScore } from '../evaluation';
import { type Progress, type Sentence, silentProgress } from '../foundation';
import { writeThreshold } from '../nn';
import { OWN_LABELS } from '../tasks';
import { mergeThresholds, Tokenizer } from '../tokenization';
import { openModel } from './open-model';

export interface TunedThresholds {
  /** What config.json held before. */
  before: Record<string, number>;
  thresholds: Record<string, number>;
  tried: ThresholdScore[];
}

/**
 * Chooses for each label the probability above which its label is given, by span F1 on dev sentences, and writes them into the
 * folder's config.json; everything that reads the folder goes by them. A label that the sentences do not mention keeps its own.
 *
 * @param corpora each counts alike
 * @throws InputError, with nothing written, where no label has gold mentions
 */
export async function tuneThresholds(
  folder: string,
  corpora: readonly (readonly Sentence[])[],
  progress: Progress = silentProgress,
): Promise<TunedThresholds> {
  const { configuration, score, dispose } = await openModel(folder, OWN_LABELS);
  try {
    const total = corpora.reduce((sum, sentences) => sum + sentences.length, 0);
    const tokenizer = new Tokenizer(folder);
    const tried = await scoreThresholds(corpora, tokenizer, score, configuration, (done) =>
      progress.update(done, total, 'sentences'),
    );
    progress.end();
    const { labels } = configuration;
    const before = mergeThresholds(labels, {}, configuration.threshold);
    const thresholds = mergeThresholds(labels, chooseThresholds(tried), before);
    writeThreshold(folder, thresholds);
    return { before, thresholds, tried };
  } finally {
    await dispose();
  }
}
