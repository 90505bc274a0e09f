import { splitSentences } from '../corpora';
import type { Span } from '../foundation';
import { readConfiguration } from '../nn';
import { openFolderScorer } from '../onnx';
import { inView, type ScoredSpan, tagTexts, viewName, voteWithinArticle } from '../tasks';
import { Tokenizer } from '../tokenization';
import { defaultModelFolder } from './default-model';
import { type OnnxFileOptions, onnxModelOf } from './onnx-file';
import { portionsOf } from './portions';

/** A mention found: `text` is the input's own `slice(start, end)`, `score` the mean probability of its tokens' labels. */
export interface Entity extends Span {
  text: string;
  score: number;
}

export interface Annotator {
  /** Returns the mentions of a text of any length in text order; none for white space. */
  annotate(text: string): Promise<Entity[]>;
  /**
   * Returns the mentions of several articles that are already split into sentences, with offsets in the sentence // [article][sentence].
   * Sentences of different articles share batches, so that short articles fill them.
   */
  annotateSentences(articles: readonly (readonly string[])[]): Promise<Entity[][][]>;
  /**
   * Whether the model reads a text as a whole, as Python's pipelines do, instead of by sentence: a tagger of another program with
   * labels per token.
   */
  readonly readsWhole: boolean;
  /** Frees the model; the annotator cannot be used afterwards. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

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
  const own = readConfiguration(folder);
  const name = viewName(own, view); // rejects an unknown view before a session is opened
  const tokenizer = new Tokenizer(folder);
  const { score: scoreLabels, dispose } = await openFolderScorer(folder, onnxModelOf(folder, quantized), {
    threads,
  });
  const { configuration, score } = inView({ configuration: own, score: scoreLabels }, name);

  async function annotateSentences(articles: readonly (readonly string[])[]): Promise<Entity[][][]> {
    const spans: ScoredSpan[][] = [];
    for (const some of portionsOf(articles.flat()))
      for (const tagged of await tagTexts(some, tokenizer, score, configuration)) spans.push(tagged.spans);
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

/** Shifts the mentions of sentences, which begin at `starts`, to offsets in the text. */
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
