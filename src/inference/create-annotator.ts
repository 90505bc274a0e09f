import { splitSentences } from '../corpora';
import type { Span } from '../foundation';
import { inView, type ScoredSpan, type Tagger, tagTexts, voteWithinArticle } from '../tasks';
import type { TextTokenizer } from '../tokenization';
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

export interface AnnotatorParts extends Tagger {
  tokenizer: TextTokenizer;
  /** See `AnnotatorOptions`. */
  view?: string;
  dispose(): Promise<void>;
}

/** Composes an annotator of its parts; it needs nothing of Node, so that a page in a browser annotates with the same code. */
export function createAnnotator({ tokenizer, view, dispose, ...tagger }: AnnotatorParts): Annotator {
  const { configuration, score } = inView(tagger, view);

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
