import { chooseThresholds, scoreTextThresholds, scoreThresholds, type ThresholdScore } from '../evaluation';
import { InputError, type LabelledText, type Progress, type Sentence, silentProgress } from '../foundation';
import { writeThreshold } from '../nn';
import { encodeWholeTexts, OWN_LABELS } from '../tasks';
import { mergeThresholds, type Threshold, Tokenizer } from '../tokenization';
import { openModel } from './open-model';
import { openTextModel } from './open-text-model';

export interface TunedThresholds {
  /** The previous thresholds in config.json. */
  before: Record<string, number>;
  thresholds: Record<string, number>;
  tried: ThresholdScore[];
}

/**
 * Chooses the decision threshold of each label by span F1 on dev sentences and writes it to the folder's config.json, which every
 * reader of the folder applies. A label without mentions in the sentences keeps its threshold.
 *
 * @param corpora weighted equally
 * @throws InputError, with nothing written, if no label has gold mentions
 */
export async function tuneThresholds(
  folder: string,
  corpora: readonly (readonly Sentence[])[],
  progress: Progress = silentProgress,
): Promise<TunedThresholds> {
  const { configuration, score, dispose } = await openModel(folder, OWN_LABELS);
  try {
    if (configuration.scheme === 'exclusive')
      throw new InputError(
        `${folder}: its labels exclude one another, so the most probable is given and there is no threshold to choose`,
      );
    const total = corpora.reduce((sum, sentences) => sum + sentences.length, 0);
    const tokenizer = new Tokenizer(folder);
    const tried = await scoreThresholds(corpora, tokenizer, score, configuration, (done) =>
      progress.update(done, total, 'sentences'),
    );
    progress.end();
    return writeChosen(folder, configuration, tried);
  } finally {
    await dispose();
  }
}

/**
 * Chooses the thresholds of a multi-label text classifier by F1 of each label on dev texts.
 *
 * @throws InputError, with nothing written, if the labels are exclusive, or no text has a label of the model
 */
export async function tuneTextThresholds(
  folder: string,
  corpora: readonly (readonly LabelledText[])[],
  progress: Progress = silentProgress,
): Promise<TunedThresholds> {
  const { configuration, score, dispose } = await openTextModel(folder);
  try {
    if (configuration.outcome === 'one')
      throw new InputError(
        `${folder}: gives each text its most probable label, so there is no threshold to choose`,
      );
    const tokenizer = new Tokenizer(folder);
    const total = corpora.reduce((sum, texts) => sum + texts.length, 0);
    const scored = [];
    let done = 0;
    for (const texts of corpora) {
      const { windows } = await encodeWholeTexts(
        texts.map(({ text }) => text),
        tokenizer,
        configuration.maximumLength,
      );
      scored.push({ texts, logits: await score(windows) });
      done += texts.length;
      progress.update(done, total, 'texts');
    }
    progress.end();
    return writeChosen(folder, configuration, scoreTextThresholds(scored, configuration));
  } finally {
    await dispose();
  }
}

/** A label absent from the dev data keeps its threshold. */
function writeChosen(
  folder: string,
  { labels, threshold }: { labels: readonly string[]; threshold: Threshold },
  tried: ThresholdScore[],
): TunedThresholds {
  const before = mergeThresholds(labels, {}, threshold);
  const thresholds = mergeThresholds(labels, chooseThresholds(tried), before);
  writeThreshold(folder, thresholds);
  return { before, thresholds, tried };
}
