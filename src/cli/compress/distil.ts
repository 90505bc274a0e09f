import type { Command } from 'commander';
import { distil, distillationFileSchema, readDistillationConfiguration } from '../../compression';
import { ENTITY_CLASSES, InputError, showProgress } from '../../foundation';
import { checkRunFolder, type EvaluationRow } from '../../training';
import { positiveInteger } from '../arguments';
import { formatShare, formatTable, notice, printResult } from '../output';
import { EXPERIMENT, TRACK, type TrackOptions, trainTracked } from '../tracking';

interface Options extends TrackOptions {
  teacher?: string;
  config?: string;
  out?: string;
  resume?: boolean;
  replicas?: number;
  schema?: boolean;
  json?: boolean;
}

export function registerDistil(compress: Command): void {
  compress
    .command('distil')
    .alias('distill')
    .description(
      'train a smaller network on what a trained one says of labelled and unlabelled sentences; Ctrl-C writes a checkpoint and stops, --resume goes on from it',
    )
    .option('--teacher <folder>', 'model folder of a trained tagger')
    .option(
      '--config <file>',
      'training configuration, JSON, with a part "distillation": layers, temperature, unlabelled, …',
    )
    .option('--out <folder>', 'receives the student, metrics.jsonl and, while training lasts, a checkpoint')
    .option('--resume', "go on from the folder's checkpoint")
    .option(
      '--replicas <number>',
      'processes that share each step; left out, one a core (at most 4) where a long run trains on the processor',
      positiveInteger,
    )
    .option('--schema', 'print every key of a configuration (JSON Schema), and end')
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'the report as JSON')
    .action(async ({ teacher, config, out, ...options }: Options) => {
      if (options.schema) {
        printResult(distillationFileSchema(), { json: true }, () => '');
        return;
      }
      if (teacher === undefined || config === undefined || out === undefined)
        throw new InputError(
          'distil needs --teacher FOLDER, --config FILE and --out FOLDER; --schema tells what goes into the file',
        );
      checkRunFolder(out, [teacher, config]);
      const configuration = readDistillationConfiguration(config);
      const { train, dev, distillation } = configuration;
      checkRunFolder(out, [...train, ...dev, ...distillation.unlabelled]);
      const interrupt = new AbortController();
      process.once('SIGINT', () => {
        notice('Stopping after this step; a second Ctrl-C ends at once and without a checkpoint');
        interrupt.abort();
      });
      const parameters = { ...configuration, teacher };
      const about = { command: 'falconframes compress distil', folder: out, parameters };
      const report = await trainTracked(options, about, (onRow) =>
        distil({
          teacher,
          configuration,
          place: config,
          folder: out,
          resume: options.resume,
          replicas: options.replicas,
          signal: interrupt.signal,
          teacherProgress: showProgress('Asking the teacher'),
          progress: showProgress('Distilling'),
          onRow,
        }),
      );
      if (!report.finished)
        throw new InputError(`interrupted; go on with the same command and --resume (${out})`);
      const { rows, ...summary } = report;
      const evaluations = rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');
      printResult({ ...summary, evaluations }, options, () =>
        [
          formatTable(
            ['epoch', 'dev loss', ...ENTITY_CLASSES.map((label) => `${label} F1`), 'mean F1'],
            evaluations.map(({ epoch, loss, f1, score }) => [
              epoch,
              loss.toFixed(4),
              ...ENTITY_CLASSES.map((label) => formatShare(f1?.[label] ?? null)),
              formatShare(score),
            ]),
          ),
          `${report.labelled} labelled and ${report.unlabelled} unlabelled sentences; ${report.student.layers} layers of ${report.student.hiddenSize}, ${millions(report.parameters.student)} parameters of the teacher's ${millions(report.parameters.teacher)}.`,
          `The student of epoch ${report.bestEpoch} is in ${out} (${Math.round(report.tokensPerSecond)} tokens/s).`,
        ].join('\n'),
      );
    });
}

const millions = (count: number): string => `${(count / 1e6).toFixed(1)} million`;
