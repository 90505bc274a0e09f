import { type Command, Option } from 'commander';
import { InputError } from '../../foundation';
import {
  CALIBRATION_METHODS,
  type CalibrationMethod,
  QUANTIZATIONS,
  type Quantization,
  quantizeFolder,
  quantizeFolderStatically,
} from '../../onnx';
import { textsOfFile } from '../../training';
import { examples } from '../examples';
import { checkModelOutput, printWritten } from './written';

interface Options {
  model: string;
  out?: string;
  kind: Quantization | 'static';
  perTensor?: boolean;
  keepEmbeddings?: boolean;
  keep?: string[];
  calibrate?: string;
  method?: CalibrationMethod;
  json?: boolean;
}

export function registerQuantize(compress: Command): void {
  compress
    .command('quantize')
    .description('quantize onnx/model.onnx to onnx/model_quantized.onnx, by default with 8-bit integers')
    .requiredOption('--model <folder>', 'model folder')
    .option('--out <folder>', 'output folder, a runnable copy, instead of the model folder')
    .addOption(
      new Option(
        '--kind <kind>',
        'dynamic: 8 bits, activation ranges measured per call; static: 8 bits, activation ranges from --calibrate; 4-bit: linear layers in 4 bits, for ONNX Runtime 1.17 and later, not for transformers.js 2; fp16: half the size, the speed of fp32',
      )
        .choices([...QUANTIZATIONS, 'static'])
        .default('dynamic'),
    )
    .option('--per-tensor', 'one scale per matrix instead of one per output channel (8 bits)')
    .option('--keep-embeddings', 'keep the embeddings in 32-bit floats (8 bits)')
    .option(
      '--keep <part...>',
      'keep matrices with this in their names in 32-bit floats, such as .layer.0. (8 bits)',
    )
    .option('--calibrate <file>', 'typical sentences or labelled texts (.jsonl), for --kind static')
    .addOption(
      new Option(
        '--method <method>',
        'method for computing the ranges from --calibrate (default: min-max)',
      ).choices(CALIBRATION_METHODS),
    )
    .option('--json', 'print path and size as JSON')
    .addHelpText('after', examples('npx falconframes compress quantize --model runs/mine'))
    .action(async (options: Options) => {
      printWritten(await run(options), options);
    });
}

async function run({ model, out = model, kind, calibrate, method, ...choices }: Options): Promise<string> {
  checkModelOutput(model, out, calibrate === undefined ? [] : [calibrate]);
  const { perTensor, keepEmbeddings, keep } = choices;
  if ((perTensor || keepEmbeddings || keep) && kind !== 'dynamic' && kind !== 'static') {
    throw new InputError(
      `--kind ${kind}: --per-tensor, --keep-embeddings and --keep belong to 8 bits; leave them out or choose dynamic or static`,
    );
  }
  if (kind !== 'static') {
    if (calibrate !== undefined || method !== undefined) {
      throw new InputError(
        `--kind ${kind}: has nothing to calibrate; leave out --calibrate and --method or choose --kind static`,
      );
    }
    return quantizeFolder(model, out, { kind, ...choices });
  }
  if (calibrate === undefined) {
    throw new InputError('--kind static: needs typical sentences; name a file of them with --calibrate');
  }
  const texts = textsOfFile(calibrate);
  if (texts.every((text) => text.trim() === '')) {
    throw new InputError(`${calibrate}: contains no sentences to calibrate on; name a file that does`);
  }
  return quantizeFolderStatically(model, out, {
    texts,
    method: method ?? 'min-max',
    ...choices,
  });
}
