import { existsSync } from 'node:fs';
import { encodeAsOnnx, onnxPath } from '../compression';
import { splitSentences } from '../corpora';
import type { Span } from '../foundation';
import { readConfiguration } from '../nn';
import { type ScoredSpan, Tokenizer, tagTexts, voteWithinArticle } from '../tokenization';
import { openOnnxScorer } from './session';

/** A mention found: `text` is the input's own `slice(start, end)`, `score` the mean probability of its tokens' labels. */
export interface Entity extends Span {
  text: string;
  score: number;
}

export interface Annotator {
  /** The mentions of a text of any length in order of their place; none in a text of white space. */
  annotate(text: string): Promise<Entity[]>;
}

export interface AnnotatorOptions {
  /** True asks for the int8 file, false for fp32; the default is int8 where the folder has it. */
  quantized?: boolean;
  /** Threads of ONNX Runtime; the default is one a core. */
  threads?: number;
}

/**
 * Text in, entities with offsets into the whole text out: sentences, windows that fit the encoder, logits of an ONNX file,
 * mentions decided for whole words, and alike at all places of the text where the same words stand (`voteWithinArticle`).
 *
 * Throws InputError when the folder is no model, or has not the file asked for, or that is damaged.
 */
export async function loadAnnotator(
  folder: string,
  { quantized, threads }: AnnotatorOptions = {},
): Promise<Annotator> {
  const configuration = readConfiguration(folder);
  const tokenizer = new Tokenizer(folder);
  const score = await openOnnxScorer(modelOf(folder, quantized), { threads });
  return {
    async annotate(text) {
      const sentences = splitSentences(text);
      const texts = sentences.map(({ start, end }) => text.slice(start, end));
      const tagged = await tagTexts(texts, tokenizer, score, configuration);
      const spans = voteWithinArticle(tagged.map((own, index) => ({ text: texts[index], spans: own.spans })));
      return spans.flatMap((own, index) => entitiesOf(own, sentences[index].start, text));
    },
  };
}

/** The file to run, or the bytes of one for a folder that was trained and not exported. */
function modelOf(folder: string, quantized?: boolean): string | Uint8Array {
  const int8 = onnxPath(folder, { quantized: true });
  if (quantized ?? existsSync(int8)) return int8;
  const fp32 = onnxPath(folder, { quantized: false });
  return existsSync(fp32) ? fp32 : encodeAsOnnx(folder);
}

/** Mentions of a sentence that begins at `offset`, placed in the whole text. */
function entitiesOf(spans: readonly ScoredSpan[], offset: number, text: string): Entity[] {
  return spans.map(({ start, end, label, score }) => ({
    start: offset + start,
    end: offset + end,
    label,
    text: text.slice(offset + start, offset + end),
    score,
  }));
}
