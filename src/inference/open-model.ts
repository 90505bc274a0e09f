import { existsSync } from 'node:fs';
import { hasWeights, type ModelConfiguration, readConfiguration, TokenClassifier } from '../nn';
import { onnxPath, openFolderScorer } from '../onnx';
import { inView, viewName } from '../tasks';
import { onlyFinite, type TokenScorer } from '../tokenization';

export interface OpenModel {
  configuration: ModelConfiguration;
  score: TokenScorer;
  dispose(): Promise<void>;
}

/**
 * Opens a model folder for scoring windows, with the most exact files available: its weights in TensorFlow, else the fp32 file, else
 * the int8 file in ONNX Runtime, as in production folders.
 *
 * @param view the model's view that names the labels; see `inView`
 */
export async function openModel(folder: string, view?: string): Promise<OpenModel> {
  const configuration = readConfiguration(folder);
  const name = viewName(configuration, view); // rejects an unknown view before a model is opened
  const exported = exportedFile(folder);
  if (hasWeights(folder) || !exported) {
    const model = TokenClassifier.load(folder);
    const score = onlyFinite(model.score, folder);
    return { ...inView({ configuration, score }, name), dispose: async () => model.dispose() };
  }
  const { score, dispose } = await openFolderScorer(folder, exported);
  return { ...inView({ configuration, score }, name), dispose };
}

/** Returns the fp32 file, else the int8 file. */
export const exportedFile = (folder: string): string | undefined =>
  [false, true].map((quantized) => onnxPath(folder, { quantized })).find(existsSync);
