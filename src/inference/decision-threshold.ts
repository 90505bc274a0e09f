import { chooseThreshold, scoreThresholds, type ThresholdScore } from '../evaluation';
import { type Progress, type Sentence, silentProgress } from '../foundation';
import { writeConfiguration } from '../nn';
import { Tokenizer } from '../tokenization';
import { openModel } from './open-model';

export interface TunedThreshold extends ThresholdScore {
  /** What config.json held before. */
  before: number;
  tried: ThresholdScore[];
}

/**
 * Chooses the probability above which a label is given, by span F1 on dev sentences, and writes it into the folder's
 * config.json; everything that reads the folder goes by it.
 *
 * @param corpora each counts alike
 * @throws InputError, with nothing written, where no class has gold mentions
 */
export async function tuneThreshold(
  folder: string,
  corpora: readonly (readonly Sentence[])[],
  progress: Progress = silentProgress,
): Promise<TunedThreshold> {
  const { configuration, score, dispose } = await openModel(folder);
  try {
    const total = corpora.reduce((sum, sentences) => sum + sentences.length, 0);
    const tokenizer = new Tokenizer(folder);
    const tried = await scoreThresholds(corpora, tokenizer, score, configuration, (done) =>
      progress.update(done, total, 'sentences'),
    );
    progress.end();
    const chosen = chooseThreshold(tried);
    writeConfiguration(folder, { ...configuration, threshold: chosen.threshold });
    return { before: configuration.threshold, ...chosen, tried };
  } finally {
    dispose();
  }
}
