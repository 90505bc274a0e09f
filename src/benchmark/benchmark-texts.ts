import { type Interval, textIntervals } from '../evaluation';
import type { LabelledText } from '../foundation';
import type { ClassifierConfiguration } from '../nn';
import { encodeWholeTexts, scoreTexts } from '../tasks';
import { FRAME_TOKENS } from '../tokenization';
import { type BenchmarkOptions, type Costs, type Method, measure, type Runnable } from './measure';

/** One way to run a text classifier. */
export interface TextVariant extends Runnable {
  configuration: ClassifierConfiguration;
}

/** The cost and the scores of a classifier variant. */
export interface TextBenchmarkRow extends Costs {
  /** From text to label, with the variant's own batching. Tokens exclude special tokens and padding. */
  textsPerSecond: number;
  tokensPerSecond: number;
  /** Null for an untrained network, as macro F1. */
  accuracy: number | null;
  /** 95% bootstrap interval over texts. */
  accuracyInterval: Interval | null;
  macroF1: number | null;
  macroF1Interval: Interval | null;
}

const CLASSIFYING: Method<TextVariant, LabelledText, Float32Array> = {
  item: 'text',
  async windows({ tokenizer, configuration }, texts) {
    const { windows } = await encodeWholeTexts(texts, tokenizer, configuration.maximumLength);
    return windows.map((window) => [window]);
  },
  async answer({ tokenizer, score, configuration }, texts) {
    const { windows } = await encodeWholeTexts(
      texts.map(({ text }) => text),
      tokenizer,
      configuration.maximumLength,
    );
    const tokens = windows.reduce((sum, { inputIds }) => sum + inputIds.length - FRAME_TOKENS, 0);
    return { answers: await score(windows), tokens };
  },
};

/** Measures size, latency, throughput, accuracy and macro F1 of classifier variants on the same texts; see `measure`. */
export async function benchmarkTexts(
  variants: readonly TextVariant[],
  texts: readonly LabelledText[],
  options: BenchmarkOptions = {},
): Promise<TextBenchmarkRow[]> {
  const measured = await measure(variants, texts, CLASSIFYING, options);
  return measured.map(({ costs, throughput, answers }, index) => {
    const { configuration, untrained } = variants[index];
    const report = scoreTexts(texts, answers, configuration);
    const intervals = untrained ? [null, null] : textIntervals(report.answers, { seed: options.seed ?? 1 });
    return {
      ...costs,
      textsPerSecond: throughput.itemsPerSecond,
      tokensPerSecond: throughput.tokensPerSecond,
      accuracy: untrained ? null : report.accuracy,
      accuracyInterval: intervals[0],
      macroF1: untrained ? null : report.macroF1,
      macroF1Interval: intervals[1],
    };
  });
}
