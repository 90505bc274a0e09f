import { onnxPath } from '../compression';
import { splitSentences } from '../corpora';
import type { Span } from '../foundation';
import { readConfiguration } from '../nn';
import { type ScoredSpan, Tokenizer, tagTexts } from '../tokenization';
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
  /** The int8 file (the default) or the fp32 one. */
  quantized?: boolean;
  /** Threads of ONNX Runtime; the default is one a core. */
  threads?: number;
}

/**
 * Text in, entities with offsets into the whole text out: sentences, windows that fit the encoder, logits of an ONNX file,
 * mentions decided for whole words.
 *
 * Throws InputError when the folder is no model or the ONNX file is missing or damaged.
 */
export async function loadAnnotator(
  folder: string,
  { quantized = true, threads }: AnnotatorOptions = {},
): Promise<Annotator> {
  const configuration = readConfiguration(folder);
  const tokenizer = new Tokenizer(folder);
  const score = await openOnnxScorer(onnxPath(folder, { quantized }), { threads });
  return {
    async annotate(text) {
      const sentences = splitSentences(text);
      const tagged = await tagTexts(
        sentences.map(({ start, end }) => text.slice(start, end)),
        tokenizer,
        score,
        configuration,
      );
      return tagged.flatMap(({ spans }, index) => entitiesOf(spans, sentences[index].start, text));
    },
  };
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
