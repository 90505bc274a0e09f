import type { Command } from 'commander';
import { InputError, readTextFile, showProgress } from '../foundation';
import { fetchEncoder, Model, readEncoderConfiguration } from '../nn';
import { jatsToParagraphs } from '../preprocessing';
import { evaluateMasking, maskingObjective, prepareTexts } from '../tasks';
import { Tokenizer } from '../tokenization';
import { checkRunFolder, DEFAULT_TRAINING, MOST_EPOCHS, resumable, train } from '../training';
import { positiveInteger } from './arguments';
import { stopOnInterrupt } from './interrupt';
import { formatTable, notice, printResult } from './output';
import { EXPERIMENT, TRACK, type TrackOptions, trainTracked } from './tracking';

interface Options extends TrackOptions {
  text: string[];
  out: string;
  encoder: string;
  epochs: number;
  maximumTexts?: number;
  learningRate: string;
  resume?: boolean;
  replicas?: number;
  json?: boolean;
}

/** One window in this many is held out, to measure the prediction of masked words in unseen text. */
const HELD_OUT_EVERY = 20;
const MAXIMUM_LENGTH = 128;

export function registerPretrain(program: Command): void {
  program
    .command('pretrain')
    .description(
      'continue the pre-training of an encoder on unlabelled text as a masked language model; "train" accepts the folder as its encoder',
    )
    .requiredOption('--text <file...>', 'JATS XML (.xml, .nxml), or plain text with one paragraph per line')
    .requiredOption(
      '--out <folder>',
      'output folder for the model, metrics.jsonl and, during training, a checkpoint',
    )
    .option('--encoder <name>', 'name in models/registry.json, or folder', DEFAULT_TRAINING.encoder)
    .option('--epochs <number>', 'passes over the text', positiveInteger, 1)
    .option('--maximum-texts <number>', 'maximum number of text windows', positiveInteger)
    .option('--learning-rate <rate>', 'peak learning rate', '1e-4')
    .option('--resume', "resume from the folder's checkpoint")
    .option(
      '--replicas <number>',
      'processes that share each step (default: for long runs on the CPU, one per core, at most 4)',
      positiveInteger,
    )
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'print the report as JSON')
    .action(async (options: Options) => {
      const learningRate = Number(options.learningRate);
      if (!(learningRate > 0 && learningRate <= 1))
        throw new InputError(
          `--learning-rate ${options.learningRate}: not a number from 0 to 1; give one such as 1e-4`,
        );
      if (options.epochs > MOST_EPOCHS)
        throw new InputError(`--epochs ${options.epochs}: too many; give at most ${MOST_EPOCHS}`);
      if (options.resume) refuseFinished(options.out);
      checkRunFolder(options.out, options.text);
      const folder = await fetchEncoder(options.encoder);
      checkRunFolder(options.out, [folder, ...options.text]);
      const tokenizer = new Tokenizer(folder);
      const { maskId } = tokenizer;
      if (maskId === undefined)
        throw new InputError(
          `${folder}: the vocabulary has no token for masked words ([MASK] or <mask>), so no words can be masked; choose another encoder`,
        );
      const texts = options.text.flatMap(readTexts);
      const { maximumPositions } = readEncoderConfiguration(folder);
      const maximumLength = Math.min(MAXIMUM_LENGTH, maximumPositions);
      const all = await prepareTexts(texts, tokenizer, maximumLength);
      const windows = all.slice(0, options.maximumTexts);
      const heldOut = windows.filter((_, index) => index % HELD_OUT_EVERY === 0);
      const examples = windows.filter((_, index) => index % HELD_OUT_EVERY !== 0);
      notice(
        `${examples.length} windows of at most ${maximumLength} tokens, ${heldOut.length} more held out`,
      );
      const model = Model.forMaskedWords(folder, 1);
      const masking = { maskId, vocabularySize: tokenizer.vocabularySize, specialIds: tokenizer.specialIds };
      const interrupt = stopOnInterrupt();
      const settings = { ...DEFAULT_TRAINING, epochs: options.epochs, learningRate };
      const { text, encoder, maximumTexts } = options;
      const about = {
        command: 'falconframes pretrain',
        folder: options.out,
        parameters: { ...settings, encoder, text, maximumTexts, maximumLength },
      };
      const report = await trainTracked(options, about, (onRow) =>
        train({
          task: maskingObjective(model, masking, folder),
          examples,
          options: settings,
          folder: options.out,
          evaluate: () => evaluateMasking(model, heldOut, masking),
          resume: options.resume,
          replicas: options.replicas,
          signal: interrupt,
          progress: showProgress('Pre-training'),
          onRow,
        }),
      );
      if (!report.finished)
        throw new InputError(`interrupted; resume with the same command and --resume (${options.out})`);
      const evaluations = report.rows.filter((row) => row.kind === 'evaluation');
      const result = {
        tokensPerSecond: report.tokensPerSecond,
        epochs: evaluations.map(({ epoch, loss }) => ({ epoch, loss, perplexity: Math.exp(loss) })),
      };
      printResult(result, options, () =>
        formatTable(
          ['epoch', 'held-out loss', 'perplexity of masked words'],
          result.epochs.map(({ epoch, loss, perplexity }) => [epoch, loss.toFixed(4), perplexity.toFixed(1)]),
        ),
      );
    });
}

function readTexts(path: string): string[] {
  const content = readTextFile(path);
  if (/\.n?xml$/i.test(path)) return jatsToParagraphs(content, path).map(({ text }) => text);
  return content.split('\n').filter((line) => line.trim() !== '');
}

/** @throws InputError if `--resume` would restart a finished run */
function refuseFinished(folder: string): void {
  const state = resumable(folder);
  if (state === 'finished')
    throw new InputError(
      `${folder}: its run is finished and left no checkpoint; leave --resume out to train again, or name another folder`,
    );
  if (state === 'nothing') notice(`${folder}: no checkpoint to resume; training starts from the beginning`);
}
