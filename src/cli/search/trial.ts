/**
 * A trial of a search: no command, but the program that `falconframes search` starts for each. Trains a tagger and scores it; the
 * search learns from its score on the dev sentences alone.
 */

import { createRandom, readSentences, type Sentence } from '../../foundation';
import { fetchEncoder, type Precision } from '../../nn';
import {
  createTagger,
  heldOutEvaluation,
  prepareExamples,
  taggingObjective,
  varyMentions,
} from '../../tasks';
import { Tokenizer } from '../../tokenization';
import { answerTrial, completeConfiguration, type TrainingConfiguration, train } from '../../training';
import { measure } from './metrics';

export interface TrialJob {
  trial: number;
  settings: Partial<TrainingConfiguration>;
  test: string[];
  /** Of the training sentences; a smaller share is part of a larger one. */
  share: number;
  /** Receives the model and metrics.jsonl. */
  folder: string;
  precision: Precision;
}

answerTrial<TrialJob>(async ({ trial, settings, test, share, folder, precision }) => {
  const configuration = completeConfiguration(settings, `trial ${trial}`);
  const encoder = await fetchEncoder(configuration.encoder);
  const tokenizer = new Tokenizer(encoder);
  const sentences = takeShare(configuration.train.flatMap(readSentences), share, configuration.seed);
  const varied = varyMentions(sentences, configuration.variations, configuration.seed);
  const { examples } = await prepareExamples([...sentences, ...varied], tokenizer, configuration);
  const dev = configuration.dev.flatMap(readSentences);
  const model = createTagger(encoder, configuration);
  const evaluateOnDev = heldOutEvaluation(dev, tokenizer, configuration);
  const { bestScore } = await train({
    task: taggingObjective(model, configuration),
    examples,
    options: configuration,
    folder,
    evaluate: () => evaluateOnDev(model),
    precision,
  });
  const metrics = {
    ...(await measure('test', test.flatMap(readSentences), tokenizer, model)),
    ...(await measure('val', dev, tokenizer, model)),
  };
  return { score: bestScore, metrics };
});

/** A share of the sentences in their order, so that a trial with all of them is what `falconframes train` does. */
function takeShare(sentences: readonly Sentence[], share: number, seed: number): Sentence[] {
  const count = Math.ceil(share * sentences.length);
  const chosen = new Set(createRandom(seed).shuffle(sentences).slice(0, count));
  return sentences.filter((sentence) => chosen.has(sentence));
}
