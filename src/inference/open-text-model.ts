import {
  type ClassifierConfiguration,
  hasWeights,
  readClassifierConfiguration,
  SequenceClassifier,
} from '../nn';
import { openFolderScorer } from '../onnx';
import { onlyFinite, type TokenScorer } from '../tokenization';
import { exportedFile } from './open-model';

export interface OpenTextModel {
  configuration: ClassifierConfiguration;
  /** Logits of each window // [labels] */
  score: TokenScorer;
  dispose(): Promise<void>;
}

/** Opens a classifier folder for scoring texts, with the most exact files available, as `openModel` does for taggers. */
export async function openTextModel(folder: string): Promise<OpenTextModel> {
  const exported = exportedFile(folder);
  if (hasWeights(folder) || !exported) {
    const model = SequenceClassifier.load(folder);
    const { configuration, score } = model;
    return { configuration, score: onlyFinite(score, folder), dispose: async () => model.dispose() };
  }
  return {
    configuration: readClassifierConfiguration(folder),
    ...(await openFolderScorer(folder, exported)),
  };
}
