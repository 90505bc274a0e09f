import type { Command } from 'commander';
import { distil, distillationFileSchema, readDistillationConfiguration } from '../../compression';
import { InputError, showProgress } from '../../foundation';
import { checkRunFolder } from '../../training';
import { positiveInteger } from '../arguments';
import { stopOnInterrupt } from '../interrupt';
import { notice, printResult } from '../output';
import { EXPERIMENT, TRACK, type TrackOptions, trainTracked } from '../tracking';
import { epochTable, evaluationsOf } from '../training-report';

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
      'train a smaller network on what a trained one says of labelled and unlabelled sentences or texts; Ctrl-C writes a checkpoint and stops, --resume resumes from it',
    )
    .option('--teacher <folder>', 'model folder of a trained tagger or classifier')
    .option(
      '--config <file>',
      'training configuration, JSON, with a part "distillation": layers, temperature, unlabelled, …',
    )
    .option('--out <folder>', 'receives the student, metrics.jsonl and, while training lasts, a checkpoint')
    .option('--resume', "resume from the folder's checkpoint")
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
      const interrupt = stopOnInterrupt();
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
          signal: interrupt,
          teacherProgress: showProgress('Asking the teacher'),
          progress: showProgress('Distilling'),
          onNotice: notice,
          onRow,
        }),
      );
      if (!report.finished)
        throw new InputError(`interrupted; resume with the same command and --resume (${out})`);
      const { rows, ...summary } = report;
      const evaluations = evaluationsOf(rows);
      printResult({ ...summary, evaluations }, options, () =>
        [
          epochTable(evaluations),
          `${report.labelled} labelled and ${report.unlabelled} unlabelled examples; ${report.student.layers} layers of ${report.student.hiddenSize}, ${millions(report.parameters.student)} parameters of the teacher's ${millions(report.parameters.teacher)}.`,
          `The student of epoch ${report.bestEpoch} is in ${out} (${Math.round(report.tokensPerSecond)} tokens/s).`,
        ].join('\n'),
      );
    });
}

const millions = (count: number): string => `${(count / 1e6).toFixed(1)} million`;
