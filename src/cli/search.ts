import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  checkOutputFile,
  checkOutputFolder,
  counted,
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
import { formatShare, formatTable, notice, printResult } from './output';
import { ROOT } from './queue/options';
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
import { openRemoteTrials } from './search/remote';
import { carryOut, type Files, JOURNAL, refuseForeignTrials } from './search/run';
import { trackSearch } from './search/track-search';
import { EXPERIMENT, TRACK, type TrackOptions } from './tracking';

interface SearchOptions extends PlanOptions, TrackOptions {
  train?: string[];
  dev?: string[];
  test?: string[];
  out?: string;
  workers: number;
  queue?: string;
  root?: string[];
  plan?: boolean;
  schema?: boolean;
  json?: boolean;
}

/** Maximum number of trials in the printed table, and of labels with a column. */
const SHOWN = 10;
const MOST_COLUMNS = 8;

/** Each worker is a process with a network in its memory. */
const MOST_WORKERS = 256;

function numberOfWorkers(value: string): number {
  const workers = positiveInteger(value);
  if (workers > MOST_WORKERS) throw new InvalidArgumentError(`It must be at most ${MOST_WORKERS}.`);
  return workers;
}

const EXAMPLE = `
The grid of the assessment takes hours; --plan lists what it would train. With --queue, trials run on every machine that runs
\`falconframes queue work --for search\`; --workers says how many at a time.

Examples:
  npx falconframes search --space space.json --trials 2 --train train.jsonl --dev dev.jsonl --test test.jsonl --out found
  npx falconframes search --grid assessment --train train.jsonl --dev dev.jsonl --test test.jsonl --out search
  npx falconframes search --space space.json --trials 40 --train train.jsonl --dev dev.jsonl --test test.jsonl --out search --queue redis://127.0.0.1:6379 --workers 4`;

export function registerSearch(program: Command): void {
  program
    .command('search')
    .description(
      'search for the best training settings; the same command resumes a stopped search, and a higher --trials adds trials',
    )
    .option('--space <file>', 'search space, JSON: which settings vary and which are fixed')
    .addOption(
      new Option(
        '--grid <name>',
        "the assessment's grid: learning rate 2e-5, 5e-5; dropout 0, 0.1; loss bce, focal, smooth_focal; batch 16, 32; length 128, 256; all encoders",
      )
        .choices(['assessment'])
        .conflicts('space'),
    )
    .option(
      '--encoder <name...>',
      `encoders of --grid, downloaded if need be: names of models/registry.json, folders, or names of the Hugging Face hub (default: ${DEFAULT_TRAINING.encoder})`,
    )
    .option('--epochs <number>', `epochs of --grid (default: ${DEFAULT_TRAINING.epochs})`, positiveInteger)
    .addOption(new Option('--sampler <name>', 'default: grid with --grid, otherwise tpe').choices(SAMPLERS))
    .option(
      '--trials <number>',
      'number of trials; of a grid, at most this many, sampled with the seed',
      positiveInteger,
    )
    .option('--rungs <number>', 'rungs of halving (default: 3)', positiveInteger)
    .option(
      '--factor <number>',
      'halving: factor by which the trials decrease from rung to rung (default: 3)',
      positiveInteger,
    )
    .addOption(
      new Option('--resource <name>', 'halving: what increases by that factor (default: sentences)').choices(
        RESOURCES,
      ),
    )
    .option('--train <file...>', 'files of sentences with spans, or of labelled texts')
    .option('--dev <file...>', 'data for choosing the epoch and ranking the trials')
    .option('--test <file...>', 'data that is scored but not used for any choice')
    .option(
      '--out <folder>',
      'output folder for search.jsonl, trials.csv and best.json, a configuration for "train"',
    )
    .option('--workers <number>', 'number of parallel trials', numberOfWorkers, 1)
    .option(
      '--queue <url>',
      'run the trials on the machines that run `falconframes queue work --for search`: address of a Redis server; --workers is then the number of trials at a time on all of them',
    )
    .addOption(ROOT)
    .option('--seed <number>', 'seed of the choice of trials', positiveInteger, 1)
    .option('--plan', 'print the planned trials and exit')
    .option('--schema', 'print the JSON Schema of the --space file and exit')
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: SearchOptions) => {
      if (options.schema) return printResult(SPACE_SCHEMA, { json: true }, () => '');
      const plan = planSearch(options);
      const { suggest: _, ...told } = plan;
      if (options.plan)
        return printResult({ ...told, known: knownTrials(plan) }, options, () => describePlan(plan));
      const { train, dev, test, out } = options;
      if (!train || !dev || !test || !out)
        throw new InputError('search needs --train, --dev, --test and --out; only --plan does not');
      const files = { train, dev, test };
      checkSearchFolder(out, [...train, ...dev, ...test, ...(options.space ? [options.space] : [])]);
      whileWriting(out, () => mkdirSync(out, { recursive: true }));
      await withLock(out, async () => {
        const { queue, root = ['.'] } = options;
        const remote = queue === undefined ? undefined : await openRemoteTrials(queue, root, notice);
        const tracked = trackSearch(options, plan, out);
        let status: RunStatus = 'KILLED';
        try {
          const { workers } = options;
          const { journal, labels } = await carryOut(plan, files, out, { workers, tracked, remote });
          status = 'FAILED';
          report(journal, labels, plan, files, out, options);
          status = 'FINISHED';
        } finally {
          await tracked.end(status);
          await remote?.close();
        }
      });
    });
}

/** @throws InputError if the folder cannot be written, or one of its files is an input */
function checkSearchFolder(out: string, inputs: readonly string[]): void {
  checkOutputFolder(out, inputs);
  for (const name of [JOURNAL, 'trials.csv', 'best.json']) checkOutputFile(join(out, name), inputs);
  refuseForeignTrials(out);
}

/** Writes the best trial's configuration and prints the results. */
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
      `no trial finished; trial ${failures[0]?.trial} failed: ${failures[0]?.failed} (${out})`,
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
      `${records.length - failures.length} of ${counted(records.length, 'trial')} finished; all are listed in ${join(out, 'trials.csv')}.`,
      `To train the best again: falconframes train --config ${join(out, 'best.json')} --out FOLDER`,
    ].join('\n');
  });
}
