import { createRandom } from '../../../foundation';
import {
  add,
  download,
  Encoder,
  type EncoderConfiguration,
  kernels,
  padBatch,
  Tape,
  type Tensor,
  tidy,
} from '../../../nn';
import { type Evaluation, lossOnTape, type Objective, type TextExample } from '../../../tasks';
import { compareLayers, type LayerPair, type LayerWeights, Observations, observeFrozen } from '../layers';

/** The definition of the loss as plain data, so that another process can build the same loss. */
export interface GeneralLesson extends LayerWeights {
  /** Folder of the teacher, and of the student's tokenizer. */
  teacher: string;
  pair: LayerPair;
}

/**
 * The loss of an encoder that learns from another one on unlabelled text: relations of one layer (Wang et al. 2021, MiniLMv2,
 * arXiv:2012.15828) and hidden states (Jiao et al. 2020, TinyBERT, arXiv:1909.10351), as means over the tokens.
 *
 * @param student with the tensors of `projections`, if any
 */
export function generalObjective(
  student: Encoder,
  lesson: GeneralLesson,
  teacher: Encoder,
): Objective<TextExample> {
  const { pair } = lesson;
  return {
    parameters: student.parameters,
    layers: student.configuration.layers,
    description: { student: student.configuration, lesson },
    save: (folder) => student.save(folder, lesson.teacher),
    reload: (folder) => student.reload(folder),
    weight: countTokens,
    blueprint: {
      module: __filename,
      export: remakeGeneralObjective.name,
      arguments: [student.configuration, lesson],
    },
    loss(tape, weights, examples) {
      const batch = padBatch(examples);
      const own = new Observations([pair.student]);
      const hidden = student.hiddenStates(tape, weights, batch, own.observe);
      const theirs = observeFrozen([pair.teacher], tape.precision, (frozen, observe) => {
        teacher.hiddenStates(frozen, teacher.parameters.read(), batch, observe);
      });
      const nodes = compareLayers(tape, weights, lesson, batch, pair, own, theirs);
      theirs.free();
      // Relations alone do not reach the end of the last layer, which still needs a gradient.
      if (lesson.hiddenWeight === 0)
        nodes.push(
          lossOnTape(tape, hidden, () => {
            const none = kernels.multiply(hidden, 0);
            return { loss: kernels.sumOfAll(none), gradient: none };
          }),
        );
      return nodes.reduce((one, other) => add(tape, one, other));
    },
  };
}

/** Texts on which the variance is measured. */
const MEASURED = 32;

/**
 * Returns the variance of a layer's hidden states, the mean over their columns, on the first of the texts. It differs up to sevenfold
 * between layers and encoders; divided by it, an error of hidden states is comparable: 1 for a student that predicts the mean.
 */
export function hiddenVariance(teacher: Encoder, layer: number, texts: readonly TextExample[]): number {
  const batch = padBatch(texts.slice(0, MEASURED));
  const seen = observeFrozen([layer], 'float32', (frozen, observe) => {
    teacher.hiddenStates(frozen, teacher.parameters.read(), batch, observe);
  });
  const hidden = seen.hidden.get(layer)!;
  const width = hidden.shape[1];
  const [data, sums, squares] = [download(hidden), new Float64Array(width), new Float64Array(width)];
  seen.free();
  let tokens = 0;
  batch.attentionMask.forEach((present, row) => {
    if (present === 0) return;
    tokens++;
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column];
      sums[column] += value;
      squares[column] += value ** 2;
    }
  });
  return squares.reduce((sum, one, column) => sum + one / tokens - (sums[column] / tokens) ** 2, 0) / width;
}

/** Rebuilds the objective in another process. */
export function remakeGeneralObjective(
  parameters: ReadonlyMap<string, Tensor>,
  configuration: EncoderConfiguration,
  lesson: GeneralLesson,
): Objective<TextExample> {
  const student = new Encoder(configuration, parameters);
  return generalObjective(student, lesson, Encoder.load(lesson.teacher));
}

const EVALUATED_AT_ONCE = 32;

/** The mean loss on texts, without dropout; lower is better. */
export async function evaluateGeneral(
  objective: Objective<TextExample>,
  texts: readonly TextExample[],
): Promise<Evaluation> {
  let total = 0;
  for (let start = 0; start < texts.length; start += EVALUATED_AT_ONCE) {
    const examples = texts.slice(start, start + EVALUATED_AT_ONCE);
    // A tape that records keeps the layers of the student that are compared.
    const tape = new Tape(true);
    const loss = tidy(
      () => download(objective.loss(tape, objective.parameters.read(), examples, createRandom(1), 0))[0],
    );
    tape.dispose();
    total += loss * countTokens(examples);
    await new Promise(setImmediate);
  }
  const loss = total / countTokens(texts);
  return { loss, score: -loss };
}

const countTokens = (examples: readonly TextExample[]): number =>
  examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
