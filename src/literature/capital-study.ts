import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { availableCorpora, loadCorpus, PARTS, type Part } from '../corpora';
import { type Sentence, writeSentences } from '../foundation';
import { TokenClassifier } from '../nn';
import { type EvaluationReport, evaluate } from '../tasks';
import { Tokenizer } from '../tokenization';
import { type FineTuning, fineTune } from '../training';
import type { Run } from './run';
import { LITERATURE_VIEW } from './views';

/** The sentences of CAPITAL by part. */
export type CapitalSentences = Record<Part, Sentence[]>;

/** CAPITAL, the assessment's own data, under the four classes; undefined if the run does without corpora or it is not on this machine. */
export async function readCapital({ data }: Run): Promise<CapitalSentences | undefined> {
  const isHere = availableCorpora().some(({ name, where }) => name === 'capital' && where !== 'absent');
  if (data === 'sample' || !isHere) return undefined;
  const parts = {} as CapitalSentences;
  for (const part of PARTS) parts[part] = (await loadCorpus('capital', part, LITERATURE_VIEW)).sentences;
  return parts;
}

/**
 * Trains a model on CAPITAL's training part, or reads the one that is there.
 *
 * @returns its folder
 */
export async function trainOnCapital(
  { folder, seed }: Run,
  { train, dev }: CapitalSentences,
  options: Omit<FineTuning, 'train' | 'dev' | 'out'>,
): Promise<string> {
  const out = join(folder, 'capital', 'model');
  const files = { train: join(folder, 'capital', 'train.jsonl'), dev: join(folder, 'capital', 'dev.jsonl') };
  writeSentences(files.train, train);
  writeSentences(files.dev, dev);
  await fineTune({ seed, ...options, train: [files.train], dev: [files.dev], out, resume: existsSync(out) });
  return out;
}

/** The scores of models on the same sentences, by the names given to the models. */
export async function evaluateModels(
  folders: Readonly<Record<string, string>>,
  sentences: Sentence[],
): Promise<Record<string, EvaluationReport>> {
  const reports: Record<string, EvaluationReport> = {};
  for (const [name, folder] of Object.entries(folders)) {
    const model = TokenClassifier.load(folder);
    try {
      reports[name] = await evaluate(sentences, new Tokenizer(folder), model.score, model.configuration);
    } finally {
      model.dispose();
    }
  }
  return reports;
}
