import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { onnxPath, type Variant } from '../compression';
import { InputError } from '../foundation';
import { readConfiguration, TokenClassifier, tensorflow } from '../nn';
import { cutWindows, outputNames, Tokenizer, type TokenScorer } from '../tokenization';
import { openOnnxScorer } from './session';

/**
 * Every way in which a model folder can be run: TensorFlow on its weights, ONNX Runtime on its fp32 and int8 files, whatever is
 * there. The number of threads holds for TensorFlow only if it was not used in this process before.
 *
 * @param onNotice hears why TensorFlow is left out, where its native library is not set up
 */
export async function openVariants(
  folder: string,
  { threads, onNotice = () => {} }: { threads: number; onNotice?: (message: string) => void },
): Promise<Variant[]> {
  const tagging = readConfiguration(folder);
  const tokenizer = new Tokenizer(folder);
  const name = basename(resolve(folder));
  const variants: Variant[] = [];
  const add = (kind: string, file: string, score: TokenScorer) =>
    variants.push({ name: `${name} ${kind}`, files: [file], score, tokenizer, tagging, threads });
  const weights = join(folder, 'model.safetensors');
  if (existsSync(weights) && startTensorFlow(threads, onNotice)) {
    add('TensorFlow fp32', weights, TokenClassifier.load(folder).score);
  }
  for (const quantized of [false, true]) {
    const path = onnxPath(folder, { quantized });
    if (existsSync(path)) {
      add(quantized ? 'ONNX int8' : 'ONNX fp32', path, await openOnnxScorer(path, { threads }));
    }
  }
  if (variants.length === 0) {
    throw new InputError(
      `${folder}: holds nothing that can be run; name the folder of a trained model, or export it to ONNX first`,
    );
  }
  return variants;
}

/** False, with a notice, where native TensorFlow is not set up: the ONNX files can be run without. */
function startTensorFlow(threads: number, onNotice: (message: string) => void): boolean {
  // Read once, when the library starts.
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = '1';
  process.env.OMP_NUM_THREADS = String(threads);
  try {
    tensorflow();
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    onNotice(`Without TensorFlow: ${error.message}`);
    return false;
  }
}

/** How far a variant's logits are from those of another, over all tokens of some texts. */
export interface Agreement {
  variant: string;
  largestDifference: number;
  meanDifference: number;
  /** Share of tokens that get the same labels at threshold 0.5. */
  sameLabels: number;
}

/** Compares every variant with the first. */
export async function compareVariants(
  variants: readonly Variant[],
  texts: readonly string[],
): Promise<Agreement[]> {
  const [reference] = variants;
  const encodings = await reference.tokenizer.encode(texts);
  const windows = encodings.flatMap((encoded) =>
    cutWindows(encoded, reference.tokenizer, reference.tagging.maximumLength),
  );
  const outputs = outputNames(reference.tagging.scheme).length;
  const expected = await reference.score(windows);
  const agreements: Agreement[] = [];
  for (const variant of variants.slice(1)) {
    const found = await variant.score(windows);
    let [largest, sum, count, sameRows, rows] = [0, 0, 0, 0, 0];
    expected.forEach((logits, window) => {
      for (let row = 0; row < logits.length; row += outputs) {
        let same = true;
        for (let index = row; index < row + outputs; index++) {
          const difference = Math.abs(logits[index] - found[window][index]);
          largest = Math.max(largest, difference);
          sum += difference;
          same &&= logits[index] > 0 === found[window][index] > 0;
        }
        count += outputs;
        rows++;
        if (same) sameRows++;
      }
    });
    agreements.push({
      variant: variant.name,
      largestDifference: largest,
      meanDifference: sum / count,
      sameLabels: sameRows / rows,
    });
  }
  return agreements;
}
