import { type LabelledVectors, probeAccuracy } from '../../evaluation';
import { createRandom, type Progress, type Sentence, silentProgress } from '../../foundation';
import { inspectLayers, type LabelNetwork, type Model } from '../../nn';
import { cutWindows, encodeTexts, type Tokenizer } from '../../tokenization';
import { tagsOfWords } from './word-tags';

/** Vectors of the first token of each word at every layer, with the word and its tag. */
export interface WordVectors {
  /** The embeddings, then each layer // [layers + 1][words * hidden] */
  layers: Float32Array[];
  hidden: number;
  words: string[];
  tags: string[];
}

/**
 * Runs sentences through a network without training it, and collects the vectors of their words.
 *
 * @param network a loaded network, or the folder of an encoder
 * @param most words at most
 */
export async function collectVectors(
  network: string | LabelNetwork | Model,
  tokenizer: Tokenizer,
  sentences: readonly Sentence[],
  {
    maximumLength,
    most,
    progress = silentProgress,
  }: { maximumLength: number; most: number; progress?: Progress },
): Promise<WordVectors> {
  const encodings = await encodeTexts(sentences, tokenizer, { words: 'first' });
  const words: string[] = [];
  const tags: string[] = [];
  const parts: Float32Array[][] = [];
  let hidden = 0;
  for (const [index, sentence] of sentences.entries()) {
    if (words.length >= most) break;
    const encoded = encodings[index];
    const [window] = cutWindows(encoded, tokenizer, maximumLength);
    const { hiddenStates } = inspectLayers(network, window.inputIds);
    hidden = hiddenStates[0].length / window.inputIds.length;
    const ofWords = tagsOfWords(sentence, sentence.spans);
    for (let token = window.first; token < window.last && words.length < most; token++) {
      const word = encoded.words[token];
      if (token > 0 && encoded.words[token - 1] === word) continue;
      const range = sentence.words?.[word];
      words.push(range ? sentence.text.slice(range.start, range.end) : String(word));
      tags.push(ofWords[word]);
      // After the special token at the start of the window.
      const row = token - window.first + 1;
      parts.push(hiddenStates.map((layer) => layer.slice(row * hidden, (row + 1) * hidden)));
    }
    progress.update(Math.min(words.length, most), most, 'words');
  }
  progress.end();
  const layers = (parts[0] ?? []).map((_, layer) => {
    const all = new Float32Array(parts.length * hidden);
    parts.forEach((own, row) => {
      all.set(own[layer], row * hidden);
    });
    return all;
  });
  return { layers, hidden, words, tags };
}

/** How much of the tags a linear classifier reads out of a layer. */
export interface LayerProbe {
  /** 0 is the embeddings. */
  layer: number;
  accuracy: number;
  /** Accuracy of the control task. */
  control: number;
  /** The first minus the second: what is due to the vectors rather than to the probe's memory of words. */
  selectivity: number;
}

/**
 * Probes every layer (Hewitt and Liang 2019, Designing and Interpreting Probes with Control Tasks, arXiv:1909.03368): a linear classifier
 * learns the tags, and as a control a random tag for each word, the same wherever the word occurs, drawn with the frequencies of the tags. Words
 * of the test part that training lacks have a random tag too.
 *
 * @param seed of the control task
 */
export function probeLayers(train: WordVectors, test: WordVectors, seed: number): LayerProbe[] {
  const names = [...new Set([...train.tags, ...test.tags])].sort();
  const numbers = (tags: readonly string[]) => Int32Array.from(tags, (tag) => names.indexOf(tag));
  const control = controlTags([...train.words, ...test.words], train.tags, seed);
  const ofControl = ({ words }: WordVectors) => numbers(words.map((word) => control.get(word)!));
  return train.layers.map((_, layer) => {
    const vectors = ({ layers, hidden }: WordVectors, gold: Int32Array): LabelledVectors => ({
      vectors: layers[layer],
      width: hidden,
      gold,
    });
    const accuracyOf = (goldOf: (part: WordVectors) => Int32Array) =>
      probeAccuracy(vectors(train, goldOf(train)), vectors(test, goldOf(test)), { labels: names.length });
    const accuracy = accuracyOf(({ tags }) => numbers(tags));
    const ofWords = accuracyOf(ofControl);
    return { layer, accuracy, control: ofWords, selectivity: accuracy - ofWords };
  });
}

/** A random tag for each different word, drawn from the tags as they occur. */
function controlTags(words: readonly string[], tags: readonly string[], seed: number): Map<string, string> {
  const random = createRandom(seed);
  return new Map([...new Set(words)].map((word) => [word, tags[random.below(tags.length)]]));
}
