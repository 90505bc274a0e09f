import type { Sentence } from '../foundation';
import { TokenClassifier } from '../nn';
import { type EvaluationReport, evaluate } from '../tasks';
import { onlyFinite, Tokenizer } from '../tokenization';

/** Scores a model folder's weights on gold sentences, at the folder's thresholds, with the loss `cross_entropy`. */
export async function scoreFolder(folder: string, sentences: readonly Sentence[]): Promise<EvaluationReport> {
  const model = TokenClassifier.load(folder);
  try {
    const options = { ...model.configuration, loss: 'cross_entropy' as const };
    const score = onlyFinite(model.score, folder);
    return await evaluate(sentences, new Tokenizer(folder), score, options);
  } finally {
    model.dispose();
  }
}
