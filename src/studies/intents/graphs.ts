import { join } from 'node:path';
import { compareTextVariants } from '../../benchmark';
import type { LabelledText } from '../../foundation';
import { WEIGHTS } from '../../nn';
import { describeOnnx, type OnnxDescription, quantizeFolder } from '../../onnx';
import type { Row } from '../../visualization';
import { accuracyText } from '../tables';
import { judge, withVariants } from './open-variants';

const FLOATS = join('onnx', 'model.onnx');
const INTEGERS = join('onnx', 'model_quantized.onnx');

/** Operator set, inputs and outputs of a graph in one line. */
export function signatureOf({ operatorSet, inputs, outputs }: OnnxDescription): string {
  const listed = (values: OnnxDescription['inputs']) =>
    values.map(({ name, type, axes }) => `${name} ${type} [${axes}]`).join(', ');
  return `Operator set ${operatorSet}; inputs ${listed(inputs)}; outputs ${listed(outputs)}`;
}

/** The logits of an exported graph against those of TensorFlow, as rows of a table. */
export async function agreementRows(folder: string, queries: readonly LabelledText[]): Promise<Row[]> {
  const texts = queries.map(({ text }) => text);
  const files = [WEIGHTS, FLOATS].map((file) => ({ folder, file }));
  const compared = await withVariants(files, 1, (variants) => compareTextVariants(variants, texts));
  return compared.map(({ variant, largestDifference, meanDifference, sameLabels }) => ({
    graph: variant,
    queries: texts.length,
    'largest difference of a logit': largestDifference,
    'mean difference': meanDifference,
    'same label (%)': 100 * sameLabels,
  }));
}

/**
 * Quantizes an exported classifier once per subset and compares each with its graph in floats.
 *
 * @param subsets parts of tensor names that stay in floats, by title
 * @param scratch folder for one quantized model at a time
 */
export async function subsetRows(
  folder: string,
  subsets: Readonly<Record<string, string[]>>,
  queries: readonly LabelledText[],
  scratch: string,
): Promise<Row[]> {
  const texts = queries.map(({ text }) => text);
  const rows: Row[] = [];
  for (const [subset, keep] of Object.entries(subsets)) {
    const file = quantizeFolder(folder, scratch, { keep });
    const { bytes } = describeOnnx(scratch, file);
    const files = [
      { folder, file: FLOATS },
      { folder: scratch, file: INTEGERS },
    ];
    await withVariants(files, 1, async (variants) => {
      const [{ largestDifference, sameLabels }] = await compareTextVariants(variants, texts);
      const { accuracy } = await judge(variants[1], queries);
      rows.push({
        subset,
        'size (MiB)': bytes / 2 ** 20,
        'same label as in floats (%)': 100 * sameLabels,
        'largest difference of a logit': largestDifference,
        'accuracy (%), 95% interval': accuracyText(accuracy, queries.length),
      });
    });
  }
  return rows;
}
