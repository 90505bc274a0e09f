import type { Command } from 'commander';
import { distil, distillationFileSchema, readDistillationConfiguration } from '../../compression';
import { InputError, showProgress } from '../../foundation';
import { checkRunFolder } from '../../training';
import { positiveInteger } from '../arguments';
import { examples } from '../examples';
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
      'train a smaller network on the predictions of a trained one for labelled and unlabelled sentences or texts; Ctrl-C writes a checkpoint and stops, --resume resumes from it',
    )
    .option('--teacher <folder>', 'model folder of a trained tagger or classifier')
    .option(
      '--config <file>',
      'training configuration, JSON, with a "distillation" section: student, layers, temperature, unlabelled, …',
    )
    .option(
      '--out <folder>',
      'output folder for the student, metrics.jsonl and, during training, a checkpoint',
    )
    .option('--resume', "resume from the folder's checkpoint")
    .option(
      '--replicas <number>',
      'processes that share each step (default: for long runs on the CPU, one per core, at most 4)',
      positiveInteger,
    )
    .option('--schema', 'print every configuration key (JSON Schema) and exit')
    .addOption(TRACK)
    .addOption(EXPERIMENT)
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      examples(
        `echo '{"train": ["train.jsonl"], "dev": ["dev.jsonl"], "distillation": {"layers": 3}}' > distil.json && npx falconframes compress distil --teacher runs/mine --config distil.json --out runs/student`,
      ),
    )
    .action(async ({ teacher, config, out, ...options }: Options) => {
      if (options.schema) {
        printResult(distillationFileSchema(), { json: true }, () => '');
        return;
      }
      if (teacher === undefined || config === undefined || out === undefined)
        throw new InputError(
          'distil needs --teacher FOLDER, --config FILE and --out FOLDER; --schema prints the keys of the file',
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
          teacherProgress: showProgress('Running the teacher'),
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
