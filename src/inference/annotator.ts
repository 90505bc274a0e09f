import { readConfiguration } from '../nn';
import { openFolderScorer } from '../onnx';
import { viewName } from '../tasks';
import { Tokenizer } from '../tokenization';
import { type Annotator, createAnnotator } from './create-annotator';
import { defaultModelFolder } from './default-model';
import { type OnnxFileOptions, onnxModelOf } from './onnx-file';

export interface AnnotatorOptions extends OnnxFileOptions {
  /** The model's view that names the mentions; `labels` for the model's own labels. Default: its first view. */
  view?: string;
}

/**
 * Loads an annotator, which returns entities with offsets into the whole text: it splits the text into sentences and windows that fit
 * the encoder, runs an ONNX file, decides mentions for whole words and applies a majority vote within the text
 * (`voteWithinArticle`).
 *
 * Throws InputError if the folder is not a model, or the requested file is missing or damaged.
 */
export async function loadAnnotator(
  folder: string = defaultModelFolder(),
  { quantized, threads, view }: AnnotatorOptions = {},
): Promise<Annotator> {
  const configuration = readConfiguration(folder);
  const name = viewName(configuration, view); // rejects an unknown view before a session is opened
  const tokenizer = new Tokenizer(folder);
  const { score, dispose } = await openFolderScorer(folder, onnxModelOf(folder, quantized), {
    threads,
  });
  return createAnnotator({ configuration, score, tokenizer, view: name, dispose });
}
