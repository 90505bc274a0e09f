import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Variant } from '../../benchmark';
import { type Progress, readSentences, type Span, silentProgress } from '../../foundation';
import { fetchEncoder } from '../../nn';
import { tagTexts } from '../../tasks';
import { outputNames } from '../../tokenization';
import { completeConfiguration, type EvaluationRow, type StepRow, secondsOf } from '../../training';
import type { Row } from '../../visualization';
import { type Trial, trainTrial, trialFingerprint, trialFolder } from '../trials';
import { type SentenceWords, spansOfTags, wordRanges } from './word-tags';

/** A tagger that was trained, with the rows of its training. */
export interface TrainedTagger {
  trial: Trial;
  /** The model folder. */
  folder: string;
  trainingSentences: number;
  steps: StepRow[];
  evaluations: EvaluationRow[];
  bestEpoch: number;
  /** Of all epochs, without evaluation. */
  trainingSeconds: number;
  precision: string;
}

/**
 * Trains a tagger on sentences into a folder of its own below `folder`, or reads the one that an earlier run trained with the same options and
 * data; an interrupted one is resumed.
 *
 * @throws InputError for unusable data or options
 */
export async function trainTagger(
  trial: Trial,
  { folder, progress = silentProgress }: { folder: string; progress?: Progress },
): Promise<TrainedTagger> {
  const { name, keep: _, leftOut: __, precision, replicas, distillation, sparsity, ...options } = trial;
  const configuration = completeConfiguration(options, `the trial "${name}"`);
  const out = join(folder, trialFolder(name, await trialFingerprint(trial)));
  const run = { folder: out, resume: existsSync(out), precision, replicas, progress };
  const report = await trainTrial(trial, configuration, await fetchEncoder(trial.encoder), run);
  const steps = report.rows.filter((row): row is StepRow => row.kind === 'step');
  return {
    trial,
    folder: out,
    trainingSentences: trial.train.reduce((sum, file) => sum + readSentences(file).length, 0),
    steps,
    evaluations: report.rows.filter((row): row is EvaluationRow => row.kind === 'evaluation'),
    bestEpoch: report.bestEpoch,
    trainingSeconds: secondsOf(steps),
    precision: report.precision,
  };
}

/** A tagger in any form: TensorFlow's, or ONNX Runtime's. */
export type OpenTagger = Pick<Variant, 'tagging' | 'tokenizer' | 'score'>;

/**
 * The likeliest tag of each word, at its first token, as it comes: not every sequence is valid IOB2 // [sentences][words]
 */
export async function predictTags(
  { tagging, tokenizer, score }: OpenTagger,
  sentences: readonly SentenceWords[],
  progress: Progress = silentProgress,
): Promise<string[][]> {
  const names = outputNames(tagging);
  const tagged = await tagTexts(sentences, tokenizer, score, tagging, (done) =>
    progress.update(done, sentences.length, 'sentences'),
  );
  progress.end();
  return tagged.map(({ encoded, logits }, index) => {
    const tags = new Array<string>(wordRanges(sentences[index]).length).fill('O');
    // Backwards, so that the first token of a word decides.
    for (let token = encoded.ids.length - 1; token >= 0; token--) {
      const row = logits.subarray(token * names.length, (token + 1) * names.length);
      tags[encoded.words[token]] = names[row.indexOf(Math.max(...row))];
    }
    return tags;
  });
}

/** A tagger as a function: the mentions of each sentence; the title is for progress // [sentences] */
export type FindMentions = (sentences: readonly SentenceWords[], title: string) => Promise<Span[][]>;

/** The mentions that a tagger finds in sentences, with the borders of words // [sentences] */
export async function predictMentions(
  tagger: OpenTagger,
  sentences: readonly SentenceWords[],
  progress?: Progress,
): Promise<Span[][]> {
  const tags = await predictTags(tagger, sentences, progress);
  return tags.map((own, index) => spansOfTags(sentences[index], own));
}

/** One row per epoch, as the reference study has them: losses, precision, recall, F1 and accuracy on dev. */
export function taggerRows({ steps, evaluations, bestEpoch }: TrainedTagger): Row[] {
  const percent = (share: number | undefined) => (share === undefined ? null : 100 * share);
  return evaluations.map(({ epoch, loss, precision, recall, accuracy, score }) => {
    const own = steps.filter((step) => step.epoch === epoch);
    const f1 = precision === undefined || recall === undefined ? undefined : harmonicMean(precision, recall);
    return {
      epoch: epoch === bestEpoch ? `${epoch} (kept)` : String(epoch),
      'mean train loss': own.reduce((sum, step) => sum + step.loss, 0) / own.length,
      'dev loss': loss,
      'precision (%)': percent(precision),
      'recall (%)': percent(recall),
      'F1 (%)': percent(f1),
      'mean F1 of the types (%)': 100 * score,
      'accuracy of tags (%)': percent(accuracy),
      'training time (s)': secondsOf(own),
    };
  });
}

const harmonicMean = (one: number, other: number): number =>
  one + other === 0 ? 0 : (2 * one * other) / (one + other);
