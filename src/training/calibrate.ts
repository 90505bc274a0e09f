import { InputError, type Sentence } from '../foundation';
import { headParameterShapes, TokenClassifier } from '../nn';
import { tagTexts } from '../tasks';
import { outputNames, outputsPerLabel, spansToLabels, Tokenizer } from '../tokenization';

/** How the logits of a label were changed: scale · logit + shift. */
export interface LabelCalibration {
  label: string;
  scale: number;
  shift: number;
  /** Dev tokens inside its mentions. */
  tokens: number;
}

/** With fewer gold tokens than this, a label gets the values of all labels together; one that is not annotated keeps its own. */
const LEAST_TOKENS = 200;
const STEPS = 50;

/** The logits of one label at a token, whose further outcome "outside" has logit 0, and the right one of them. */
interface Cell {
  logits: number[]; // [outputs of the label]
  /** Index into the logits; -1 for outside. */
  gold: number;
}

/**
 * Writes a tagger whose probabilities fit dev sentences: the logits of each label are scaled and shifted such that the cross-entropy is least (Platt
 * 1999; Guo et al. 2017, arXiv:1706.04599). Averaging models whose heads were drawn with different seeds makes the mean less sure than they are.
 *
 * @throws InputError, with nothing written, if the labels exclude one another or no dev sentence is annotated for one of them
 */
export async function calibrateLabels(
  folder: string,
  out: string,
  dev: readonly Sentence[],
): Promise<LabelCalibration[]> {
  const model = TokenClassifier.load(folder);
  try {
    const { configuration } = model;
    if (configuration.scheme === 'exclusive')
      throw new InputError(`${folder}: its labels exclude one another; only overlapping ones are calibrated`);
    const tagged = await tagTexts(dev, new Tokenizer(folder), model.score, configuration);
    const size = outputsPerLabel(configuration);
    const outputs = outputNames(configuration).length;
    const cells = new Map<string, Cell[]>(configuration.labels.map((label) => [label, []]));
    dev.forEach(({ spans, annotated }, index) => {
      const { encoded, logits } = tagged[index];
      const { labels, counts } = spansToLabels(encoded, spans, configuration); // [tokens, outputs]
      configuration.labels.forEach((label, place) => {
        if (!annotated.includes(label)) return;
        for (let token = 0; token < encoded.ids.length; token++) {
          if (counts[token] === 0) continue;
          const row = token * outputs + place * size;
          cells.get(label)!.push({
            logits: Array.from(logits.subarray(row, row + size)),
            gold: labels.subarray(row, row + size).indexOf(1),
          });
        }
      });
    });
    const all = [...cells.values()].flat();
    if (all.length === 0)
      throw new InputError(`${folder}: no dev sentence is annotated for one of its labels; give others`);
    const common = fit(all);
    const calibrations = configuration.labels.map((label): LabelCalibration => {
      const own = cells.get(label)!;
      const tokens = own.filter(({ gold }) => gold >= 0).length;
      if (own.length === 0) return { label, tokens, scale: 1, shift: 0 };
      return { label, tokens, ...(tokens < LEAST_TOKENS ? common : fit(own)) };
    });
    const tensors = model.parameters.snapshot();
    for (const name of headParameterShapes(configuration.encoder, model.head).keys()) {
      const { shape, data } = tensors.get(name)!;
      const width = data.length / shape[0];
      calibrations.forEach(({ scale, shift }, place) => {
        for (let at = place * size * width; at < (place + 1) * size * width; at++)
          data[at] = scale * data[at] + (shape.length === 1 ? shift : 0);
      });
    }
    model.parameters.restore(tensors);
    model.save(out);
    return calibrations;
  } finally {
    model.dispose();
  }
}

/** Scale and shift of least cross-entropy, by Newton's method: the loss is convex in both. */
function fit(cells: readonly Cell[]): { scale: number; shift: number } {
  let [scale, shift] = [1, 0];
  for (let step = 0; step < STEPS; step++) {
    // Gradient and Hessian of the summed loss; the small diagonal keeps it invertible.
    let [byScale, byShift, twiceScale, both, twiceShift] = [0, 0, 1e-6, 0, 1e-6];
    for (const { logits, gold } of cells) {
      const scaled = logits.map((logit) => scale * logit + shift);
      const highest = Math.max(0, ...scaled);
      const weights = scaled.map((value) => Math.exp(value - highest));
      const total = weights.reduce((sum, weight) => sum + weight, Math.exp(-highest));
      let [inside, mean, square] = [0, 0, 0];
      weights.forEach((weight, place) => {
        const probability = weight / total;
        inside += probability;
        mean += probability * logits[place];
        square += probability * logits[place] ** 2;
      });
      byScale += mean - (gold < 0 ? 0 : logits[gold]);
      byShift += inside - (gold < 0 ? 0 : 1);
      twiceScale += square - mean * mean;
      both += mean - mean * inside;
      twiceShift += inside - inside * inside;
    }
    const determinant = twiceScale * twiceShift - both * both;
    const scaleStep = (twiceShift * byScale - both * byShift) / determinant;
    const shiftStep = (twiceScale * byShift - both * byScale) / determinant;
    // A whole step may overshoot far from the optimum.
    const damping = Math.min(1, 1 / Math.max(1e-12, Math.abs(scaleStep), Math.abs(shiftStep)));
    scale -= damping * scaleStep;
    shift -= damping * shiftStep;
    if (Math.abs(scaleStep) + Math.abs(shiftStep) < 1e-6) break;
  }
  return { scale, shift };
}
