import { openTextVariant, type TextVariant } from '../../benchmark';
import type { TextAnswer } from '../../evaluation';
import type { LabelledText } from '../../foundation';
import { evaluateTexts } from '../../tasks';

/** A file of a model folder, perhaps under the title that tables give it. */
export interface ModelFile {
  folder: string;
  /** `model.safetensors`, or a graph in `onnx`. */
  file: string;
  title?: string;
  /** Of random weights, to measure what they cost. */
  untrained?: boolean;
}

/** Opens model files, lets a function use them, and closes them whatever happens. */
export async function withVariants<Result>(
  models: readonly ModelFile[],
  threads: number,
  use: (variants: TextVariant[]) => Promise<Result>,
): Promise<Result> {
  const variants: TextVariant[] = [];
  try {
    for (const { folder, file, title, untrained } of models)
      variants.push({ ...(await openTextVariant(folder, file, threads, title)), untrained });
    return await use(variants);
  } finally {
    for (const variant of variants) await variant.dispose();
  }
}

/** Accuracy of an open classifier, and its answers with all labels ranked. */
export const judge = ({ tokenizer, score, configuration }: TextVariant, queries: readonly LabelledText[]) =>
  evaluateTexts(queries, tokenizer, score, configuration);

/** A model's answers to queries, with all labels ranked. */
export const answersOf = (model: ModelFile, queries: readonly LabelledText[]): Promise<TextAnswer[]> =>
  withVariants([model], 1, async ([variant]) => (await judge(variant, queries)).answers);
