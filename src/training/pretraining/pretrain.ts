import { counted, InputError } from '../../foundation';
import { encoderOfShape, fetchEncoder, Model, readEncoderConfiguration } from '../../nn';
import {
  type Evaluation,
  evaluateMasking,
  maskingObjective,
  type Objective,
  type TextExample,
} from '../../tasks';
import { Tokenizer } from '../../tokenization';
import { replacedIn, resumable } from '../checkpoint';
import type { TrainingOptions } from '../configuration';
import type { RunOptions } from '../recipe';
import { checkRunFolder } from '../run-folder';
import { type TrainingReport, train } from '../trainer';
import { completePretraining, type PretrainingConfiguration } from './schema';
import { readWindows, type TextWindows } from './windows';

export interface Pretraining extends Partial<PretrainingConfiguration>, RunOptions {
  /** JATS XML (.xml, .nxml), or plain text with one paragraph per line. */
  text: string[];
  /** Receives the model, `metrics.jsonl` and, during training, a checkpoint. */
  out: string;
}

export interface PretrainingPlace extends RunOptions {
  folder: string;
  /** Names the configuration in errors, for example its file. */
  place: string;
}

export interface PretrainingReport extends TrainingReport {
  /** The model folder. */
  folder: string;
  /** Of the encoder, with what is trained beside it. */
  parameters: number;
  /** Number of windows of text. */
  windows: { train: number; heldOut: number };
}

/**
 * Trains an encoder on unlabelled text as a masked language model (Devlin et al. 2019): a pretrained one further, or with `fresh` a
 * new one of a given shape. The folder can be the `encoder` of `fineTune`. `loss` of the evaluations is the mean cross-entropy of masked
 * words in held-out windows, in nats.
 *
 * @example const { rows } = await pretrain({ text: ['abstracts.txt'], fresh: { layers: 4, hiddenSize: 256, attentionHeads: 4 },
 * learningRate: 5e-4, out: 'runs/mini' });
 *
 * @throws InputError for unusable text, options or folder, before anything is written
 */
export async function pretrain({ out, ...options }: Pretraining): Promise<PretrainingReport> {
  const { resume, replicas, precision, signal, progress, onRow, onNotice, ...settings } = options;
  const run = { resume, replicas, precision, signal, progress, onRow, onNotice };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const place = 'the options of pretrain';
  return pretrainFiles(completePretraining(given, place), { ...run, folder: out, place });
}

/** The same for a complete configuration. */
export async function pretrainFiles(
  configuration: PretrainingConfiguration,
  run: PretrainingPlace,
): Promise<PretrainingReport> {
  const { folder, place } = run;
  const { text, fresh, seed } = configuration;
  checkRunFolder(folder, text);
  const encoder = await fetchEncoder(configuration.encoder);
  checkRunFolder(folder, [encoder, ...text]);
  const tokenizer = new Tokenizer(encoder);
  const { maskId, vocabularySize, specialIds } = tokenizer;
  if (maskId === undefined)
    throw new InputError(
      `${encoder}: the vocabulary has no token for masked words ([MASK] or <mask>), so no words can be masked; choose another encoder`,
    );
  const shape = fresh
    ? encoderOfShape(fresh, tokenizer, `${place}, "fresh"`)
    : readEncoderConfiguration(encoder);
  const maximumLength = Math.min(configuration.maximumLength, shape.maximumPositions);
  const windows = await readWindows(configuration, tokenizer, maximumLength);
  const model = fresh
    ? Model.fresh(shape, { kind: 'vocabulary' }, seed)
    : Model.forMaskedWords(encoder, seed);
  const masking = { maskId, vocabularySize, specialIds };
  try {
    return await learnFromText({
      ...run,
      configuration,
      windows,
      objective: maskingObjective(model, masking, encoder),
      evaluate: () => evaluateMasking(model, windows.heldOut, masking),
    });
  } finally {
    model.dispose();
  }
}

export interface TextLearning extends RunOptions {
  configuration: TrainingOptions;
  windows: TextWindows;
  objective: Objective<TextExample>;
  /** Evaluates the network on the windows held out. */
  evaluate: () => Promise<Evaluation>;
  folder: string;
}

/**
 * Runs one training on unlabelled text, whatever the objective.
 *
 * @throws InputError if it should resume a finished run
 */
export async function learnFromText({
  configuration,
  windows,
  objective,
  evaluate,
  folder,
  onNotice = () => {},
  ...run
}: TextLearning): Promise<PretrainingReport> {
  if (run.resume) {
    const state = resumable(folder);
    if (state === 'finished')
      throw new InputError(
        `${folder}: its run is finished and left no checkpoint; train again without resuming, or name another folder`,
      );
    if (state === 'nothing') onNotice(`${folder}: no checkpoint to resume; training starts over`);
  } else {
    const replaced = replacedIn(folder);
    if (replaced) onNotice(replaced);
  }
  const { train: examples, heldOut } = windows;
  const tokens = examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  onNotice(
    `${counted(examples.length, 'window')} of ${counted(tokens, 'token')} to train on, ${heldOut.length} held out`,
  );
  const parameters = objective.parameters.count;
  const report = await train({ ...run, task: objective, examples, options: configuration, evaluate, folder });
  return { ...report, folder, parameters, windows: { train: examples.length, heldOut: heldOut.length } };
}
