import { InputError } from '../../foundation';
import { axis, type Figure } from '../figure';
import { labelColours } from '../palette';
import { textWidth } from '../rendering/font';
import { chooseLabels, labelsIn } from '../shown-labels';
import { matrixAxis, matrixCells } from './matrix';
import { panelGrid } from './panels';

const WIDTH = 960;
const RIGHT = 16;

/** One model on one test part. */
export interface CrossCorpusScore {
  trainedOn: string;
  testedOn: string;
  /** Strict span F1; null if the training or test part is not annotated for the label. */
  f1: Readonly<Record<string, number | null>>;
}

/** Transfer between corpora: one matrix per label, with training corpora as rows and test corpora as columns. */
export function crossCorpusMatrix(scores: readonly CrossCorpusScore[]): Figure {
  if (scores.length === 0)
    throw new InputError('There is no score to draw; give the score of at least one model');
  const rows = [...new Set(scores.map(({ trainedOn }) => trainedOn))];
  const columns = [...new Set(scores.map(({ testedOn }) => testedOn))];
  const labels = labelsIn(scores.map(({ f1 }) => f1));
  const colours = labelColours(labels);
  const { shown, note } = chooseLabels(labels, {
    weight: (label) => scores.filter(({ f1 }) => (f1[label] ?? null) !== null).length,
    which: 'those annotated in most corpora',
  });
  const longest = (names: readonly string[]) => Math.max(...names.map((name) => textWidth(name, 12.5)));
  const left = 52 + longest(rows);
  const ticks = longest(columns);
  const gridWith = (between: number) =>
    panelGrid(shown, { width: WIDTH - left - RIGHT, height: 34 * rows.length + 4, between });
  const slanted = ticks > 900 / (gridWith(0).columns * columns.length) - 8;
  const tickHeight = slanted ? ticks : 16;
  const grid = gridWith(tickHeight + 46);
  const bottom = 40 + tickHeight;
  const layout: Figure['layout'] = {
    width: WIDTH,
    height: 26 + grid.height + bottom,
    margin: { l: left, r: RIGHT, t: 26, b: bottom },
    showlegend: false,
    annotations: grid.panels.map(({ heading }) => heading),
  };
  const shapes: Record<string, unknown>[] = [];
  const data = grid.panels.map((panel, index) => {
    const label = shown[index];
    const cells = rows.map((trainedOn) =>
      columns.map((testedOn) => {
        const score = scores.find((one) => one.trainedOn === trainedOn && one.testedOn === testedOn);
        const f1 = score?.f1[label] ?? null;
        return { text: f1 === null ? '–' : withoutZero(f1), strength: f1 };
      }),
    );
    const drawn = matrixCells(panel, cells, colours[label]);
    shapes.push(...drawn.shapes);
    layout[`xaxis${panel.suffix}`] = axis(panel.isLowest ? 'tested on' : '', {
      ...matrixAxis(columns),
      domain: panel.domain,
      anchor: `y${panel.suffix}`,
      range: [-0.5, columns.length - 0.5],
      tickangle: slanted ? -90 : 0,
    });
    layout[`yaxis${panel.suffix}`] = axis(panel.isFirst ? 'trained on' : '', {
      ...matrixAxis(rows),
      domain: panel.rowDomain,
      anchor: `x${panel.suffix}`,
      range: [rows.length - 0.5, -0.5],
      showticklabels: panel.isFirst,
    });
    return drawn.trace;
  });
  layout.shapes = shapes;
  return { data, layout, title: 'Strict F1 across corpora', reading: reading(scores, labels) + note };
}

/** Formats as ".62", so that the numbers of many cells fit. */
function withoutZero(share: number): string {
  return share.toFixed(2).replace(/^0/, '');
}

/** Compares a test corpus's own model with models of other corpora on the same corpus and label; skips cells without a counterpart. */
function reading(scores: readonly CrossCorpusScore[], labels: readonly string[]): string {
  const pairs = scores.flatMap((away) => {
    const home = scores.find(
      ({ trainedOn, testedOn }) =>
        trainedOn === testedOn && testedOn === away.testedOn && trainedOn !== away.trainedOn,
    );
    return labels.flatMap((label) => {
      const [own, foreign] = [home?.f1[label] ?? null, away.f1[label] ?? null];
      return own === null || foreign === null ? [] : [[own, foreign]];
    });
  });
  const dash = 'a dash: one of the two corpora is not annotated for the label';
  if (pairs.length === 0) return `From 0 to 1; ${dash}.`;
  const [own, foreign] = [0, 1].map(
    (side) => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length,
  );
  return (
    `For labels annotated in two corpora, a model of the same corpus reaches ${own.toFixed(2)} on average, one of the ` +
    `other ${foreign.toFixed(2)}; ${dash}.`
  );
}
