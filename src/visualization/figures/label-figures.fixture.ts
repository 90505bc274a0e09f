import { f1Column, precisionRecallCurve, reliability, searchEffects } from '../../evaluation';
import { byLabel, createRandom } from '../../foundation';
import type { Figure } from '../figure';
import { valuesOf } from '../labels.fixture';
import { boxesByGroup } from './boxes-by-group';
import { calibration } from './calibration';
import { countsByLabel } from './counts-by-label';
import { crossCorpusMatrix } from './cross-corpus';
import { curves } from './curves';
import { f1ByLabel } from './f1-by-label';
import { groupedBars } from './grouped-bars';
import { confusionMatrix } from './label-confusion';
import { learningCurves } from './learning-curves';
import { pieWithBars } from './pie-with-bars';
import { precisionRecall } from './precision-recall';
import { rankedBars } from './ranked-bars';
import { rocFigure } from './roc';
import { rocOf } from './roc.fixture';
import { searchDots } from './search-dots';
import { searchEffectsFigure } from './search-effects';
import { sampleSearch } from './search-rows.fixture';
import { sentenceProbabilities } from './sentence-probabilities';
import { stackedBars } from './stacked-bars';
import { textConfusionMatrix } from './text-confusion';
import { tokenProbabilities } from './token-probabilities';
import { trainingSizeCurves } from './training-size';

const random = createRandom(1);
const outcomes = () => {
  const probabilities = Float64Array.from({ length: 200 }, () => random.next());
  return { probabilities, inside: Uint8Array.from(probabilities, (p) => (random.next() < p ? 1 : 0)) };
};
const text = 'The p.V600E mutation in HeLa cells & primary T lymphocytes of the liver';
const words = [...text.matchAll(/\S+/g)];

/** Every figure with labels, drawn for the given labels. */
export const FIGURES: Record<string, (labels: string[]) => Figure> = {
  counts: (labels) => {
    const counts = byLabel(labels, (_, index) => (index % 5 === 3 ? null : 1000 * index + 7));
    return countsByLabel([
      { name: 'train', counts },
      { name: 'a corpus with a long name', counts },
    ]);
  },
  f1: (labels) => f1ByLabel([{ name: 'test', f1: valuesOf(labels) }]),
  confusion: (labels) =>
    confusionMatrix(
      Array.from({ length: labels.length + 1 }, (_, row) =>
        Array.from({ length: labels.length + 1 }, (__, column) =>
          row === column ? 1200 : Math.max(0, ((row * 13 + column * 7) % 60) - 50),
        ),
      ),
      labels,
    ),
  calibration: (labels) =>
    calibration(byLabel(labels, (_, index) => (index % 5 === 3 ? null : reliability(outcomes())))),
  precision: (labels) =>
    precisionRecall(
      byLabel(labels, (_, index) => (index % 5 === 3 ? null : precisionRecallCurve(outcomes()))),
      byLabel(labels, () => 0.5),
    ),
  tokens: (labels) =>
    tokenProbabilities({
      tokens: words.map(([word]) => word),
      probabilities: byLabel(labels, (_, index) => words.map((__, word) => ((word + index) % 5) / 5)),
      gold: byLabel(labels, (_, index) => (index % 5 === 3 ? null : words.map((__, word) => word === index))),
      threshold: 0.5,
    }),
  sentences: (labels) =>
    sentenceProbabilities(
      [
        {
          text,
          starts: words.map(({ index }) => index),
          ends: words.map(({ index, 0: word }) => index + word.length),
          probabilities: byLabel(labels, (_, index) => words.map((__, word) => ((word + index) % 5) / 5)),
          gold: byLabel(labels, (_, index) => words.map((__, word) => word === index)),
          note: 'corpus, article 1',
        },
      ],
      0.5,
    ),
  curves: (labels) =>
    learningCurves(
      [1, 2, 3].map((epoch) => ({
        ...{ kind: 'evaluation', epoch, step: 10 * epoch, loss: 1 / epoch, score: epoch / 4 },
        f1: valuesOf(labels, epoch),
      })),
    ),
  'training size': (labels) =>
    trainingSizeCurves(
      [500, 2000, 6000].flatMap((sentences) =>
        [1, 2].map((seed) => ({ sentences, seed, f1: valuesOf(labels, seed) })),
      ),
    ),
  'across corpora': (labels) =>
    crossCorpusMatrix(
      ['craft', 'jnlpba'].flatMap((trainedOn) =>
        ['craft', 'jnlpba', 'a third one'].map((testedOn) => ({
          ...{ trainedOn, testedOn },
          f1: valuesOf(labels, trainedOn.length),
        })),
      ),
    ),
  effects: (labels) => {
    const all = ['without gold', ...labels];
    const rows = sampleSearch(all);
    return searchEffectsFigure(byLabel(labels, (label) => searchEffects(rows, f1Column(all, label))));
  },
  'search dots': (labels) => searchDots(sampleSearch(labels), labels),
  'confusion of texts': (labels) =>
    textConfusionMatrix(
      labels.map((_, row) =>
        labels.map((__, column) =>
          row === column ? 1200 : Math.max(0, ((row * 13 + column * 7) % 60) - 50),
        ),
      ),
      labels,
    ),
  roc: (labels) => rocFigure(byLabel(labels, (_, index) => rocOf(0.3 + ((index * 7) % 10) / 5))),
  'boxes by group': (labels) =>
    boxesByGroup(
      labels.map((name, index) => ({
        name,
        values: {
          'length (words)': words.map(([word]) => word.length * (index + 1)),
          'length (sub-words)': [7, 9],
        },
      })),
      { labels, lines: [{ value: 100, label: 'cut at 100' }] },
    ),
  'stacked bars': (labels) =>
    stackedBars(words.map(([word], index) => ({ text: word, values: valuesOf(labels, index) }))),
  'grouped bars': (labels) =>
    groupedBars(
      ['train', 'validation', 'a split with a long name'].map((name, index) => ({
        name,
        values: byLabel(labels, (_, place) => 1000 * ((place * 7 + index) % 31) + 7),
      })),
      { unit: 'texts' },
    ),
  'ranked bars': (labels) =>
    rankedBars(
      labels.map((label, index) => ({
        label,
        counts: words.map(([name], place) => ({ name, count: 1234 * (place + 1) * (index + 1) })),
      })),
      { items: 'words' },
    ),
  'pie with bars': (labels) =>
    pieWithBars(
      words.map((_, index) => {
        const weights = labels.map((__, place) => 1 + ((index + place) % 7));
        const sum = weights.reduce((total, weight) => total + weight);
        return byLabel(labels, (__, place) => weights[place] / sum);
      }),
    ),
  'curves of scores': (labels) =>
    curves(
      labels.map((name, index) => ({
        name,
        points: [16, 64, 256].map((x) => ({ x, value: 0.5 + 0.01 * index, low: 0.45, high: 0.9 })),
      })),
      { x: 'input length (sub-words)', y: 'accuracy on test', isLogarithmic: true },
    ),
};
