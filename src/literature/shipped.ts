import type { Sentence } from '../foundation';
import { defaultModelFolder, openModel } from '../inference';
import { type EvaluationReport, evaluate } from '../tasks';
import { Tokenizer } from '../tokenization';
import { viewOfCorpus } from './guidelines';

/** Scores the small model that comes with the project on the sentences of each corpus, by that corpus's guideline. */
export async function evaluateShipped(
  tests: Readonly<Record<string, Sentence[]>>,
): Promise<Record<string, EvaluationReport>> {
  const folder = defaultModelFolder();
  const tokenizer = new Tokenizer(folder);
  const reports: Record<string, EvaluationReport> = {};
  for (const [corpus, sentences] of Object.entries(tests)) {
    const model = await openModel(folder, viewOfCorpus(corpus).name);
    try {
      reports[corpus] = await evaluate(sentences, tokenizer, model.score, model.configuration);
    } finally {
      await model.dispose();
    }
  }
  return reports;
}
