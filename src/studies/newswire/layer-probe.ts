import { type Interval, probeLabels } from '../../evaluation';
import { createRandom, type Progress, type Sentence, silentProgress } from '../../foundation';
import { type Encoder, inspectLayers, type LabelNetwork } from '../../nn';
import { cutWindows, encodeTexts, type Tokenizer } from '../../tokenization';
import type { Curve, Row } from '../../visualization';
import { withInterval } from '../tables';
import { shareInterval } from './scores';
import { tagsOfWords } from './word-tags';

/** Vectors of the first token of each word at every layer, with the word and its tag. */
export interface WordVectors {
  /** The embeddings, then each layer // [layers + 1][words * hidden] */
  layers: Float32Array[];
  hidden: number;
  /** Each word as the encoder sees it: its word pieces. */
  words: string[];
  tags: string[];
  /** Number of the sentence of each word. */
  sentences: number[];
}

/**
 * Runs sentences through a network without training it, and collects the vectors of their words.
 *
 * @param most words at most
 */
export async function collectVectors(
  network: LabelNetwork | Encoder,
  tokenizer: Tokenizer,
  sentences: readonly Sentence[],
  {
    maximumLength,
    most,
    progress = silentProgress,
  }: { maximumLength: number; most: number; progress?: Progress },
): Promise<WordVectors> {
  // No sentence is without a word.
  const taken = sentences.slice(0, most);
  const encodings = await encodeTexts(taken, tokenizer, { words: 'first' });
  const found: WordVectors = { layers: [], hidden: 0, words: [], tags: [], sentences: [] };
  const parts: Float32Array[][] = [];
  for (const [index, sentence] of taken.entries()) {
    if (parts.length >= most) break;
    const encoded = encodings[index];
    const [window] = cutWindows(encoded, tokenizer, maximumLength);
    const { hiddenStates } = inspectLayers(network, window.inputIds);
    found.hidden = hiddenStates[0].length / window.inputIds.length;
    const { hidden } = found;
    const ofWords = tagsOfWords(sentence, sentence.spans);
    let token = window.first;
    while (token < window.last && parts.length < most) {
      const word = encoded.words[token];
      const first = token;
      const pieces: string[] = [];
      for (; token < window.last && encoded.words[token] === word; token++)
        pieces.push(tokenizer.tokenOf(encoded.ids[token]));
      found.words.push(pieces.join(' '));
      found.tags.push(ofWords[word]);
      found.sentences.push(index);
      // After the special token at the start of the window.
      const row = first - window.first + 1;
      parts.push(hiddenStates.map((layer) => layer.slice(row * hidden, (row + 1) * hidden)));
    }
    progress.update(parts.length, most, 'words');
  }
  progress.end();
  found.layers = (parts[0] ?? []).map((_, layer) => {
    const all = new Float32Array(parts.length * found.hidden);
    parts.forEach((own, row) => {
      all.set(own[layer], row * found.hidden);
    });
    return all;
  });
  return found;
}

/** How much of the tags a linear classifier reads out of a layer. */
export interface LayerProbe {
  /** 0 is the embeddings. */
  layer: number;
  accuracy: number;
  /** 95 %, over test sentences. */
  interval: Interval | null;
  /** Mean accuracy on the control tasks. */
  control: number;
  /** The first minus the second (Hewitt and Liang's selectivity). */
  selectivity: number;
}

/** What a probe can reach without looking at the vectors' tags: needed to read its figures. */
export interface ProbeLimits {
  /** Share of the most frequent tag among the test words. */
  majority: number;
  /** Share of test words whose word pieces occur in training: on others, a control task cannot be learned. */
  seen: number;
}

export const probeLimits = (train: WordVectors, test: WordVectors): ProbeLimits => {
  const counts = new Map<string, number>();
  for (const tag of test.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const known = new Set(train.words);
  return {
    majority: Math.max(...counts.values()) / test.tags.length,
    seen: test.words.filter((word) => known.has(word)).length / test.words.length,
  };
};

/** Control tasks, whose accuracies are averaged. */
const CONTROLS = 3;

/**
 * Probes every layer (Hewitt and Liang 2019, Designing and Interpreting Probes with Control Tasks, arXiv:1909.03368): a linear classifier
 * learns the tags, and as a control a random tag for each word type, the same wherever it occurs, drawn with the frequencies of the tags.
 *
 * @param seed of the control tasks and of the bootstrap
 */
export function probeLayers(train: WordVectors, test: WordVectors, seed: number): LayerProbe[] {
  const names = [...new Set([...train.tags, ...test.tags])].sort();
  const numbers = (tags: readonly string[]) => Int32Array.from(tags, (tag) => names.indexOf(tag));
  const vocabulary = [...train.words, ...test.words];
  const tasks = [
    ({ tags }: WordVectors) => numbers(tags),
    ...Array.from({ length: CONTROLS }, (_, control) => {
      const tagOf = controlTags(vocabulary, train.tags, seed * CONTROLS + control);
      return ({ words }: WordVectors) => numbers(words.map((word) => tagOf.get(word)!));
    }),
  ];
  return train.layers.map((_, layer) => {
    const vectors = ({ layers, hidden }: WordVectors, gold: Int32Array) => ({
      vectors: layers[layer],
      width: hidden,
      gold,
    });
    const [right, ...controls] = tasks.map((goldOf) => {
      const gold = goldOf(test);
      const given = probeLabels(vectors(train, goldOf(train)), vectors(test, gold), {
        labels: names.length,
      });
      return [...given].map((label, word) => (label === gold[word] ? 1 : 0));
    });
    const share = (hits: readonly number[]) => hits.reduce<number>((sum, hit) => sum + hit, 0) / hits.length;
    const control = share(controls.map(share));
    return {
      layer,
      accuracy: share(right),
      interval: shareInterval(
        right.map((hit, word) => [test.sentences[word], hit]),
        seed,
      ),
      control,
      selectivity: share(right) - control,
    };
  });
}

/** A random tag for each different word, drawn from the tags as they occur. */
export function controlTags(
  words: readonly string[],
  tags: readonly string[],
  seed: number,
): Map<string, string> {
  const random = createRandom(seed);
  return new Map([...new Set(words)].map((word) => [word, tags[random.below(tags.length)]]));
}

/** The probes of one network, and what they can be compared with. */
export interface NetworkProbe {
  name: string;
  layers: LayerProbe[];
  limits: ProbeLimits;
  /** Words learned from, and judged on. */
  words: { train: number; test: number };
}

/** Collects the vectors of a network's words, learns from those of `train` and judges on those of `test`. */
export async function probeNetwork(
  name: string,
  network: LabelNetwork | Encoder,
  tokenizer: Tokenizer,
  { train, test }: { train: readonly Sentence[]; test: readonly Sentence[] },
  {
    seed,
    progressOf = () => silentProgress,
    ...options
  }: { maximumLength: number; most: number; seed: number; progressOf?: (title: string) => Progress },
): Promise<NetworkProbe> {
  const collect = (sentences: readonly Sentence[], what: string) =>
    collectVectors(network, tokenizer, sentences, { ...options, progress: progressOf(`${what}, ${name}`) });
  const learned = await collect(train, 'Vectors');
  const judged = await collect(test, 'Test vectors');
  return {
    name,
    layers: probeLayers(learned, judged, seed),
    limits: probeLimits(learned, judged),
    words: { train: learned.words.length, test: judged.words.length },
  };
}

/** One row per layer of each network. */
export const probeRows = (probes: readonly NetworkProbe[]): Row[] =>
  probes.flatMap(({ name, layers }) =>
    layers.map(({ layer, accuracy, interval, control, selectivity }) => ({
      network: name,
      layer: layer === 0 ? 'embeddings' : layer,
      'accuracy of tags (%), 95% interval over sentences': withInterval(accuracy, interval),
      'control, mean of 3 (%)': 100 * control,
      'selectivity (points)': 100 * selectivity,
    })),
  );

/** Accuracy of tags and of the control by layer: two curves per network. */
export const probeCurves = (probes: readonly NetworkProbe[]): Curve[] =>
  probes.flatMap(({ name, layers }) => [
    {
      name,
      points: layers.map(({ layer, accuracy, interval }) => ({
        ...{ x: layer, value: accuracy, low: interval?.[0], high: interval?.[1] },
      })),
    },
    { name: `${name}, control`, points: layers.map(({ layer, control }) => ({ x: layer, value: control })) },
  ]);

/** Selectivity by layer: one curve per network. */
export const selectivityCurves = (probes: readonly NetworkProbe[]): Curve[] =>
  probes.map(({ name, layers }) => ({
    name,
    points: layers.map(({ layer, selectivity }) => ({ x: layer, value: selectivity })),
  }));
