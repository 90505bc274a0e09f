import { splitSentences } from '../corpora';
import type { Span } from '../foundation';
import { readConfiguration } from '../nn';
import { openFolderScorer } from '../onnx';
import { inView, type ScoredSpan, tagTexts, voteWithinArticle } from '../tasks';
import { Tokenizer } from '../tokenization';
import { defaultModelFolder } from './default-model';
import { type OnnxFileOptions, onnxModelOf } from './onnx-file';

/** A mention found: `text` is the input's own `slice(start, end)`, `score` the mean probability of its tokens' labels. */
export interface Entity extends Span {
  text: string;
  score: number;
}

export interface Annotator {
  /** The mentions of a text of any length in order of their place; none in a text of white space. */
  annotate(text: string): Promise<Entity[]>;
  /**
   * The mentions of several articles that are already cut into sentences, with offsets in the sentence // [article][sentence].
   * Sentences of all articles share the runtime's calls, so that short articles fill them.
   */
  annotateSentences(articles: readonly (readonly string[])[]): Promise<Entity[][][]>;
  /**
   * Whether the model reads a text as one, as Python's pipelines do, and not sentence by sentence: a tagger of another program, which
   * tells its labels by token.
   */
  readonly readsWhole: boolean;
  /** Releases the model's memory; nothing can be annotated after. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface AnnotatorOptions extends OnnxFileOptions {
  /** Which of the model's views names what is found; the default is the first of them, `labels` the model's own labels. */
  view?: string;
}

/** Sentences, and code units in them, whose tokens and logits are in memory at once. */
const SENTENCES_AT_ONCE = 2048;
const CODE_UNITS_AT_ONCE = 1 << 19;

/**
 * Text in, entities with offsets into the whole text out: sentences, windows that fit the encoder, logits of an ONNX file,
 * mentions decided for whole words, and alike at all places of the text where the same words stand (`voteWithinArticle`).
 *
 * Throws InputError when the folder is no model, or has not the file asked for, or that is damaged.
 */
export async function loadAnnotator(
  folder: string = defaultModelFolder(),
  { quantized, threads, view }: AnnotatorOptions = {},
): Promise<Annotator> {
  const own = readConfiguration(folder);
  const tokenizer = new Tokenizer(folder);
  const { score: scoreLabels, dispose } = await openFolderScorer(folder, onnxModelOf(folder, quantized), {
    threads,
  });
  const { configuration, score } = inView({ configuration: own, score: scoreLabels }, view);

  async function annotateSentences(articles: readonly (readonly string[])[]): Promise<Entity[][][]> {
    const sentences = articles.flat();
    const spans: ScoredSpan[][] = [];
    for (let start = 0, end = 0; start < sentences.length; start = end) {
      let units = 0;
      while (end < sentences.length && end - start < SENTENCES_AT_ONCE && units < CODE_UNITS_AT_ONCE)
        units += sentences[end++].length;
      const some = sentences.slice(start, end);
      for (const tagged of await tagTexts(some, tokenizer, score, configuration)) spans.push(tagged.spans);
    }
    let next = 0;
    return articles.map((own) => {
      const parts = own.map((text) => ({ text, spans: spans[next++] }));
      return voteWithinArticle(parts, configuration).map((voted, index) => entitiesOf(voted, own[index]));
    });
  }

  const readsWhole = configuration.scheme === 'exclusive' && configuration.words === undefined;
  return {
    dispose,
    [Symbol.asyncDispose]: dispose,
    readsWhole,
    annotateSentences,
    async annotate(text) {
      const whole = text.trim() === '' ? [] : [{ start: 0, end: text.length }];
      const ranges = readsWhole ? whole : splitSentences(text);
      const sentences = ranges.map(({ start, end }) => text.slice(start, end));
      const [found] = await annotateSentences([sentences]);
      return inWholeText(
        found,
        ranges.map(({ start }) => start),
      );
    },
  };
}

/** The mentions of a text's sentences, which begin at `starts`, as mentions of the text. */
export function inWholeText(found: readonly Entity[][], starts: readonly number[]): Entity[] {
  return found.flatMap((entities, index) =>
    entities.map((entity) => ({
      ...entity,
      start: starts[index] + entity.start,
      end: starts[index] + entity.end,
    })),
  );
}

function entitiesOf(spans: readonly ScoredSpan[], text: string): Entity[] {
  return spans.map(({ start, end, label, score }) => ({
    start,
    end,
    label,
    text: text.slice(start, end),
    score,
  }));
}
