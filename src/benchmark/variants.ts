import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError, ProcessEnded, startProcess } from '../foundation';
import {
  countClassifierParameters,
  countParameters,
  hasWeights,
  type LabelNetwork,
  readClassifierConfiguration,
  readConfiguration,
  SequenceClassifier,
  TokenClassifier,
  tensorflow,
  WEIGHTS,
  weightFiles,
} from '../nn';
import { openFolderScorer } from '../onnx';
import { encodeWholeTexts, inView } from '../tasks';
import { cutWindows, onlyFinite, outputNames, Tokenizer } from '../tokenization';
import type { Variant } from './benchmark';
import type { TextVariant } from './benchmark-texts';
import type { Runnable } from './measure';

export interface VariantOptions {
  threads: number;
  /** Prefix of the variants' names; default: the last part of the folder's path. */
  name?: string;
  /** Leaves out TensorFlow. */
  onnxOnly?: boolean;
  /** Called with the reason if TensorFlow is skipped because its native library is not installed. */
  onNotice?: (message: string) => void;
}

/**
 * Returns every variant of a model folder: TensorFlow on its weights, ONNX Runtime on each file in `onnx`. The number of threads
 * applies to TensorFlow only if it was not used in this process before.
 */
export const openVariants = (folder: string, options: VariantOptions): Promise<Variant[]> =>
  openAll(folder, options, openVariant);

/** Returns every variant of a text classifier's folder. */
export const openTextVariants = (folder: string, options: VariantOptions): Promise<TextVariant[]> =>
  openAll(folder, options, openTextVariant);

async function openAll<Opened extends Runnable>(
  folder: string,
  { threads, name, onnxOnly = false, onNotice = () => {} }: VariantOptions,
  open: (folder: string, file: string, threads: number, name?: string) => Promise<Opened>,
): Promise<Opened[]> {
  const files: string[] = [];
  if (!onnxOnly && hasWeights(folder) && startTensorFlow(threads, onNotice)) files.push(WEIGHTS);
  const exported = join(folder, 'onnx');
  if (existsSync(exported)) {
    const names = readdirSync(exported).filter((name) => name.endsWith('.onnx'));
    files.push(...names.sort().map((name) => join('onnx', name)));
  }
  if (files.length === 0) {
    throw new InputError(
      `${folder}: contains no runnable model; name the folder of a trained model, or export it to ONNX first`,
    );
  }
  return Promise.all(files.map((file) => open(folder, file, threads, name)));
}

/** One way to run a tagger. @param file of the folder: its weights, or a graph in `onnx` */
export async function openVariant(
  folder: string,
  file: string,
  threads: number,
  name?: string,
): Promise<Variant> {
  const tagger = await openTagger(folder, file, threads);
  const parameters = countParameters(readConfiguration(folder));
  return { ...tagger, ...runnableOf(folder, file, threads, name, parameters) };
}

/** One way to run a text classifier. @param file of the folder: its weights, or a graph in `onnx` */
export async function openTextVariant(
  folder: string,
  file: string,
  threads: number,
  name?: string,
): Promise<TextVariant> {
  const classifier = await openTextClassifier(folder, file, threads);
  const { configuration } = classifier;
  return {
    ...classifier,
    ...runnableOf(folder, file, threads, name, countClassifierParameters(configuration)),
  };
}

function runnableOf(
  folder: string,
  file: string,
  threads: number,
  name = basename(resolve(folder)),
  parameters: number,
): Pick<Runnable, 'name' | 'files' | 'threads' | 'parameters' | 'measureMemory'> {
  const path = join(folder, file);
  return {
    name: `${name} ${runtimeOf(path)}`,
    files: file === WEIGHTS ? weightFiles(folder) : [path],
    threads,
    parameters,
    measureMemory: (texts) => measureMemory(texts, [folder, file, String(threads)]),
  };
}

/** Opens only the tagger, with the classes of its first view, if it has views, as `annotate` does. */
export async function openTagger(folder: string, file: string, threads: number) {
  const opened = await openFile(folder, file, threads, TokenClassifier);
  const { configuration, score } = inView({ configuration: readConfiguration(folder), score: opened.score });
  return { ...opened, score, tagging: configuration };
}

/** Opens only the classifier. */
export async function openTextClassifier(folder: string, file: string, threads: number) {
  const configuration = readClassifierConfiguration(folder);
  return { configuration, ...(await openFile(folder, file, threads, SequenceClassifier)) };
}

async function openFile(
  folder: string,
  file: string,
  threads: number,
  network: { load(folder: string): LabelNetwork },
): Promise<Pick<Runnable, 'tokenizer' | 'score' | 'dispose'>> {
  const tokenizer = new Tokenizer(folder);
  if (file !== WEIGHTS)
    return { tokenizer, ...(await openFolderScorer(folder, join(folder, file), { threads })) };
  const model = network.load(folder);
  return { tokenizer, score: onlyFinite(model.score, folder), dispose: async () => model.dispose() };
}

/** Names runtime and number format: `TensorFlow fp32`, `ONNX int8`. */
function runtimeOf(path: string): string {
  if (basename(path) === WEIGHTS) return 'TensorFlow fp32';
  const [, suffix = 'fp32'] = /^model_?(.+)?$/.exec(basename(path, '.onnx')) ?? [];
  return `ONNX ${suffix === 'quantized' ? quantizationOf(path) : suffix}`;
}

/** `compress quantize` uses one file name for all kinds; the operators that read the weights tell which it is. */
function quantizationOf(path: string): string {
  const content = readFileSync(path);
  if (content.includes('MatMulNBits')) return '4-bit';
  return ['DynamicQuantizeLinear', 'DequantizeLinear'].some((name) => content.includes(name))
    ? 'int8'
    : 'fp16';
}

/** @param options folder, file and threads */
async function measureMemory(texts: readonly string[], options: readonly string[]): Promise<number> {
  const tagger = startProcess<readonly string[], number>(join(__dirname, 'memory-process.js'), {
    arguments: options,
  });
  try {
    return await tagger.ask(texts);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InputError(
      `${options.slice(0, 2).join('/')}: its memory could not be measured, ${reasonOfDeath(error)}; try it with fewer texts`,
    );
  } finally {
    await tagger.end();
  }
}

/** Returns why a process failed. */
function reasonOfDeath(error: Error): string {
  if (!(error instanceof ProcessEnded)) return `the process failed (${error.message.split('\n')[0]})`;
  return `the process ended with ${error.signal ?? error.status}`;
}

/**
 * Loads TensorFlow with a number of threads, if it was not loaded before. Returns false, with a notice, if it is not installed: the ONNX
 * files run without it.
 */
export function startTensorFlow(threads: number, onNotice: (message: string) => void): boolean {
  // Read once, when TensorFlow is loaded.
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

/** Difference between the logits of two variants over some texts: over all their tokens, or one row per text. */
export interface Agreement {
  variant: string;
  largestDifference: number;
  meanDifference: number;
  /** Share of tokens with the same labels at threshold 0.5, or of texts with the same most probable label. */
  sameLabels: number;
}

/** Compares every variant's logits with those of the first. */
export async function compareVariants(
  variants: readonly Variant[],
  texts: readonly string[],
): Promise<Agreement[]> {
  const [{ tokenizer, tagging }] = variants;
  const encodings = await tokenizer.encode(texts);
  const windows = encodings.flatMap((encoded) => cutWindows(encoded, tokenizer, tagging.maximumLength));
  const outputs = outputNames(tagging).length;
  return compareLogits(variants, windows, outputs, (one, other) =>
    one.every((logit, index) => logit > 0 === other[index] > 0),
  );
}

/** The same for text classifiers, of which one row per text is compared by its most probable label. */
export async function compareTextVariants(
  variants: readonly TextVariant[],
  texts: readonly string[],
): Promise<Agreement[]> {
  const [{ tokenizer, configuration }] = variants;
  const { windows } = await encodeWholeTexts(texts, tokenizer, configuration.maximumLength);
  const best = (row: Float32Array) => row.indexOf(Math.max(...row));
  return compareLogits(
    variants,
    windows,
    configuration.labels.length,
    (one, other) => best(one) === best(other),
  );
}

/** @param agree whether two rows of outputs mean the same */
async function compareLogits(
  [reference, ...others]: readonly Runnable[],
  windows: readonly { inputIds: Int32Array }[],
  outputs: number,
  agree: (one: Float32Array, other: Float32Array) => boolean,
): Promise<Agreement[]> {
  const expected = await reference.score(windows);
  const agreements: Agreement[] = [];
  for (const variant of others) {
    const found = await variant.score(windows);
    let [largest, sum, count, sameRows, rows] = [0, 0, 0, 0, 0];
    expected.forEach((logits, window) => {
      for (let start = 0; start < logits.length; start += outputs) {
        const [one, other] = [logits, found[window]].map((all) => all.subarray(start, start + outputs));
        one.forEach((logit, index) => {
          const difference = Math.abs(logit - other[index]);
          largest = Math.max(largest, difference);
          sum += difference;
        });
        count += outputs;
        rows++;
        if (agree(one, other)) sameRows++;
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
