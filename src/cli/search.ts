import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  checkOutputFile,
  checkOutputFolder,
  InputError,
  whileWriting,
  withLock,
  writeFileAtomically,
} from '../foundation';
import {
  bestRecord,
  DEFAULT_TRAINING,
  type Journal,
  type RunStatus,
  ranked,
  SAMPLERS,
  SPACE_SCHEMA,
  settingsOf,
} from '../training';
import { positiveInteger } from './arguments';
import { formatShare, formatTable, printResult } from './output';
import { labelF1 } from './search/metrics';
import {
  describePlan,
  formatSetting,
  knownTrials,
  type PlanOptions,
  planSearch,
  RESOURCES,
  type SearchPlan,
} from './search/plan';
import { carryOut, type Files, JOURNAL, refuseForeignTrials } from './search/run';
import { trackSearch } from './search/track-search';
import { EXPERIMENT, TRACK, type TrackOptions } from './tracking';

interface SearchOptions extends PlanOptions, TrackOptions {
  train?: string[];
  dev?: string[];
  test?: string[];
  out?: string;
  workers: number;
  plan?: boolean;
  schema?: boolean;
  json?: boolean;
}

/** Trials in the table that is printed, and labels that get a column of their own. */
const SHOWN = 10;
const MOST_COLUMNS = 8;

/** Each is a process with a network in its memory. */
const MOST_WORKERS = 256;

function numberOfWorkers(value: string): number {
  const workers = positiveInteger(value);
  if (workers > MOST_WORKERS) throw new InvalidArgumentError(`It must be ${MOST_WORKERS} at most.`);
  return workers;
}

const EXAMPLE = `
The whole grid of the assessment:
  falconframes search --grid assessment --train train.jsonl --dev dev.jsonl --test test.jsonl --out search`;

export function registerSearch(program: Command): void {
  program
    .command('search')
    .description(
      'look for the best settings of a training; the same command goes on after any stop, and does further trials with more --trials',
    )
    .option('--space <file>', 'what varies and what is fixed, JSON')
    .addOption(
      new Option(
        '--grid <name>',
        "the assessment's: learning rate 2e-5, 5e-5; dropout 0, 0.1; loss bce, focal, smooth_focal; batch 16, 32; length 128, 256; all encoders",
      )
        .choices(['assessment'])
        .conflicts('space'),
    )
    .option('--encoder <name...>', `of --grid (default: ${DEFAULT_TRAINING.encoder})`)
    .option('--epochs <number>', `of --grid (default: ${DEFAULT_TRAINING.epochs})`, positiveInteger)
    .addOption(new Option('--sampler <name>', 'default: grid with --grid, otherwise tpe').choices(SAMPLERS))
    .option('--trials <number>', 'of a grid at most so many, drawn by the seed', positiveInteger)
    .option('--rungs <number>', 'of halving (default: 3)', positiveInteger)
    .option(
      '--factor <number>',
      'of halving: so many times fewer trials from rung to rung (default: 3)',
      positiveInteger,
    )
    .addOption(
      new Option('--resource <name>', 'of halving: what is so many times more (default: sentences)').choices(
        RESOURCES,
      ),
    )
    .option('--train <file...>', 'files of sentences with spans, or of texts with labels')
    .option('--dev <file...>', 'data that chooses the epoch and ranks the trials')
    .option('--test <file...>', 'data that is scored and decides nothing')
    .option('--out <folder>', 'receives search.jsonl, trials.csv and best.json, a configuration for "train"')
    .option('--workers <number>', 'trials at a time', numberOfWorkers, 1)
    .option('--seed <number>', 'of the choice of trials', positiveInteger, 1)
    .option('--plan', 'say which trials there would be, and end')
    .option('--schema', 'print what the file of --space may hold (JSON Schema), and end')
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'the result as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: SearchOptions) => {
      if (options.schema) return printResult(SPACE_SCHEMA, { json: true }, () => '');
      const plan = planSearch(options);
      const { suggest: _, ...told } = plan;
      if (options.plan)
        return printResult({ ...told, known: knownTrials(plan) }, options, () => describePlan(plan));
      const { train, dev, test, out } = options;
      if (!train || !dev || !test || !out)
        throw new InputError('search needs --train, --dev, --test and --out; --plan does without');
      const files = { train, dev, test };
      checkSearchFolder(out, [...train, ...dev, ...test, ...(options.space ? [options.space] : [])]);
      whileWriting(out, () => mkdirSync(out, { recursive: true }));
      await withLock(out, async () => {
        const tracked = trackSearch(options, plan, out);
        let status: RunStatus = 'KILLED';
        try {
          const { journal, labels } = await carryOut(plan, files, out, { workers: options.workers, tracked });
          status = 'FAILED';
          report(journal, labels, plan, files, out, options);
          status = 'FINISHED';
        } finally {
          await tracked.end(status);
        }
      });
    });
}

/** @throws InputError where the folder cannot be written, or one of its files is an input */
function checkSearchFolder(out: string, inputs: readonly string[]): void {
  checkOutputFolder(out, inputs);
  for (const name of [JOURNAL, 'trials.csv', 'best.json']) checkOutputFile(join(out, name), inputs);
  refuseForeignTrials(out);
}

/** Writes the best trial's configuration and says what was found. */
function report(
  { records }: Journal,
  labels: readonly string[],
  { space }: SearchPlan,
  { train, dev }: Files,
  out: string,
  options: SearchOptions,
): void {
  const best = bestRecord(records);
  const failures = records.flatMap((record) => ('failed' in record ? [record] : []));
  if (!best)
    throw new InputError(
      `no trial came to its end; trial ${failures[0]?.trial} failed: ${failures[0]?.failed} (${out})`,
    );
  const settings = settingsOf(space, best.values);
  const configuration = {
    ...settings,
    labels,
    train: train.map((file) => resolve(file)),
    dev: dev.map((file) => resolve(file)),
  };
  writeFileAtomically(join(out, 'best.json'), `${JSON.stringify(configuration, null, 2)}\n`);
  const { trial, score, metrics } = best;
  const result = {
    trials: records.length,
    failed: failures.length,
    best: { trial, score, settings, metrics },
  };
  printResult(result, options, () => {
    const names = Object.keys(space.parameters);
    const shown = labels.length <= MOST_COLUMNS ? labels : [];
    const whole = ranked(records.filter(({ share }) => share === 1));
    return [
      formatTable(
        ['trial', 'dev F1', ...names, ...shown.map((label) => `test ${label}`)],
        whole
          .slice(0, SHOWN)
          .map(({ trial, score, values, metrics }) => [
            trial,
            formatShare(score),
            ...names.map((name) => formatSetting(values[name])),
            ...shown.map((_, index) => formatShare(metrics[labelF1('test', index)])),
          ]),
      ),
      `${records.length - failures.length} of ${records.length} trials came to their end; all are in ${join(out, 'trials.csv')}.`,
      `The best: falconframes train --config ${join(out, 'best.json')} --out FOLDER`,
    ].join('\n');
  });
}
