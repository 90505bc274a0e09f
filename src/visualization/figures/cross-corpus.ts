import { ENTITY_CLASSES, InputError } from '../../foundation';
import { axis, type Figure } from '../figure';
import { CLASS_COLOURS } from '../palette';
import { textWidth } from '../rendering/font';
import { matrixAxis, matrixCells } from './matrix';
import { panelsInRow } from './panels';

/** One model on one test part. */
export interface CrossCorpusScore {
  trainedOn: string;
  testedOn: string;
  /** Strict span F1; null where the training or the test part does not know the class. */
  f1: Readonly<Record<string, number | null>>;
}

/** How far what was learned on one corpus carries on another: one matrix a class, trained on rows, tested on columns. */
export function crossCorpusMatrix(scores: readonly CrossCorpusScore[]): Figure {
  if (scores.length === 0) throw new InputError('There is no score to draw; give that of at least one model');
  const rows = [...new Set(scores.map(({ trainedOn }) => trainedOn))];
  const columns = [...new Set(scores.map(({ testedOn }) => testedOn))];
  const panels = panelsInRow(ENTITY_CLASSES);
  const longest = (names: readonly string[]) => Math.max(...names.map((name) => textWidth(name, 12.5)));
  const slanted = longest(columns) > 900 / (panels.length * columns.length) - 8;
  const bottom = 40 + (slanted ? longest(columns) : 16);
  const layout: Figure['layout'] = {
    width: 960,
    height: 30 + 34 * rows.length + bottom,
    margin: { l: 52 + longest(rows), r: 16, t: 26, b: bottom },
    showlegend: false,
    annotations: panels.map(({ heading }) => heading),
  };
  const shapes: Record<string, unknown>[] = [];
  const data = panels.map((panel, index) => {
    const label = ENTITY_CLASSES[index];
    const cells = rows.map((trainedOn) =>
      columns.map((testedOn) => {
        const score = scores.find((one) => one.trainedOn === trainedOn && one.testedOn === testedOn);
        const f1 = score?.f1[label] ?? null;
        return { text: f1 === null ? '–' : withoutZero(f1), strength: f1 };
      }),
    );
    const drawn = matrixCells(panel, cells, CLASS_COLOURS[label]);
    shapes.push(...drawn.shapes);
    layout[`xaxis${panel.suffix}`] = axis('tested on', {
      ...matrixAxis(columns),
      domain: panel.domain,
      anchor: `y${panel.suffix}`,
      range: [-0.5, columns.length - 0.5],
      tickangle: slanted ? -90 : 0,
    });
    layout[`yaxis${panel.suffix}`] = axis(index === 0 ? 'trained on' : '', {
      ...matrixAxis(rows),
      anchor: `x${panel.suffix}`,
      range: [rows.length - 0.5, -0.5],
      showticklabels: index === 0,
    });
    return drawn.trace;
  });
  layout.shapes = shapes;
  return { data, layout, title: 'Across corpora: strict F1', reading: reading(scores) };
}

/** ".62", so that the numbers of many cells fit. */
function withoutZero(share: number): string {
  return share.toFixed(2).replace(/^0/, '');
}

/** Compares a test corpus's own model with the others on the same corpus and class, and leaves out what has no other. */
function reading(scores: readonly CrossCorpusScore[]): string {
  const pairs = scores.flatMap((away) => {
    const home = scores.find(
      ({ trainedOn, testedOn }) =>
        trainedOn === testedOn && testedOn === away.testedOn && trainedOn !== away.trainedOn,
    );
    return ENTITY_CLASSES.flatMap((label) => {
      const [own, foreign] = [home?.f1[label] ?? null, away.f1[label]];
      return own === null || foreign === null ? [] : [[own, foreign]];
    });
  });
  const dash = 'a dash: one of the two corpora does not know the class';
  if (pairs.length === 0) return `From 0 to 1; ${dash}.`;
  const [own, foreign] = [0, 1].map(
    (side) => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length,
  );
  return (
    `Where two corpora know a class, a model of the same corpus reaches ${own.toFixed(2)} on average, one of the ` +
    `other ${foreign.toFixed(2)}; ${dash}.`
  );
}
