import { benchmarkTexts, openTextVariants, type TextBenchmarkRow } from '../benchmark';
import type { LabelledText } from '../foundation';
import { exportToOnnx, fuseFolder, quantizeFolder } from '../onnx';

/**
 * Exports each model to ONNX, fused, in 32-bit floats and in 8-bit integers, and measures size, latency and accuracy of all of them in
 * turns, with one thread.
 *
 * @param models folders of trained text classifiers by the name to show
 * @param runs number of timed texts
 */
export async function measureModels(
  models: Readonly<Record<string, string>>,
  texts: readonly LabelledText[],
  { runs, seed }: { runs: number; seed: number },
): Promise<TextBenchmarkRow[]> {
  const variants = [];
  try {
    for (const [name, folder] of Object.entries(models)) {
      exportToOnnx(folder);
      fuseFolder(folder);
      quantizeFolder(folder);
      variants.push(...(await openTextVariants(folder, { threads: 1, name, onnxOnly: true })));
    }
    return await benchmarkTexts(variants, texts, { runs, seed });
  } finally {
    for (const { dispose } of variants) await dispose();
  }
}
