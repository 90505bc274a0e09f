import { createRandom, InputError, type Random } from '../../foundation';
import {
  type Batch,
  type DeviceTensor,
  download,
  kernels,
  Model,
  padBatch,
  Tape,
  type Tensor,
  tidy,
  upload,
} from '../../nn';
import { cutWindows, type Tokenizer } from '../../tokenization';
import { type Loss, lossOnTape, softmaxCrossEntropy } from '../losses';
import type { Evaluation, Objective } from '../objective';

/** A window of unlabelled text. */
export interface TextExample {
  inputIds: Int32Array; // [length]
}

/** Properties of a vocabulary needed for masking. */
export interface Masking {
  maskId: number;
  vocabularySize: number;
  /** Tokens that are never masked. */
  specialIds: ReadonlySet<number>;
}

/**
 * Fraction of tokens to predict, and of these the fractions replaced by the mask token and by a random word (Devlin et al. 2019, section
 * 3.1).
 */
const GUESSED = 0.15;
const REPLACED_BY_MASK = 0.8;
const REPLACED_BY_ANY = 0.1;

/** Encodes texts as windows; windows of a few tokens teach no language and are left out. */
export async function prepareTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  maximumLength: number,
): Promise<TextExample[]> {
  const encoded = await tokenizer.encode(texts);
  return encoded
    .flatMap((one) => cutWindows(one, tokenizer, maximumLength))
    .filter(({ inputIds }) => inputIds.length >= 8)
    .map(({ inputIds }) => ({ inputIds }));
}

/**
 * Trains a masked language model on unlabelled text. The masked words are drawn again each time a text is seen (Liu et al. 2019,
 * arXiv:1907.11692). Continued pretraining on the text of a domain helps tasks in the domain (Gururangan et al. 2020,
 * arXiv:2004.10964).
 *
 * @param model with a vocabulary head @param tokenizer folder of the model's tokenizer
 */
export function maskingObjective(model: Model, masking: Masking, tokenizer: string): Objective<TextExample> {
  return {
    parameters: model.parameters,
    layers: model.encoder.layers,
    description: { encoder: model.encoder, head: model.head },
    save: (folder) => model.save(folder, tokenizer),
    reload: (folder) => model.reload(folder),
    weight: (examples) => hiddenWords(examples.reduce((sum, one) => sum + candidatesIn(one, masking), 0)),
    blueprint: {
      module: __filename,
      export: remakeMaskingObjective.name,
      arguments: [model.encoder, model.head, masking, tokenizer],
    },
    loss(tape, weights, examples, random) {
      const { batch, places, words } = hideWords(padBatch(examples), masking, random);
      const logits = model.logitsAt(tape, weights, batch, places); // [places, vocabulary]
      return lossOnTape(tape, logits, () => wordLoss(logits, words));
    },
  };
}

/** Rebuilds the objective in another process. */
export function remakeMaskingObjective(
  parameters: ReadonlyMap<string, Tensor>,
  encoder: Model['encoder'],
  head: Model['head'],
  masking: Masking,
  tokenizer: string,
): Objective<TextExample> {
  return maskingObjective(new Model(encoder, head, parameters), masking, tokenizer);
}

/** Number of words to mask. */
const hiddenWords = (candidates: number): number =>
  Math.min(candidates, Math.max(1, Math.round(GUESSED * candidates)));

const candidatesIn = ({ inputIds }: TextExample, { specialIds }: Masking): number =>
  inputIds.reduce((count, id) => count + (specialIds.has(id) ? 0 : 1), 0);

/** Mean cross-entropy of the masked words // logits [places, vocabulary], words [places] */
export function wordLoss(logits: DeviceTensor, words: Int32Array): Loss {
  const [places, vocabulary] = logits.shape;
  const share = upload(new Float32Array(places).fill(1 / places), [places, 1]);
  const targets = kernels.oneHot(upload(words, [places]), vocabulary);
  return softmaxCrossEntropy(logits, targets, share, 0);
}

/** Masks words of a batch, at least one; returns their positions and the original words. */
export function hideWords(
  batch: Batch,
  { maskId, vocabularySize, specialIds }: Masking,
  random: Random,
): { batch: Batch; places: Int32Array; words: Int32Array } {
  const candidates = [...batch.inputIds.keys()].filter(
    (place) => batch.attentionMask[place] === 1 && !specialIds.has(batch.inputIds[place]),
  );
  const places = Int32Array.from(random.shuffle(candidates).slice(0, hiddenWords(candidates.length))).sort();
  const inputIds = batch.inputIds.slice();
  for (const place of places) {
    const chance = random.next();
    if (chance < REPLACED_BY_MASK) inputIds[place] = maskId;
    else if (chance < REPLACED_BY_MASK + REPLACED_BY_ANY) inputIds[place] = random.below(vocabularySize);
  }
  return { batch: { ...batch, inputIds }, places, words: places.map((place) => batch.inputIds[place]) };
}

/** Evaluates the model on masked words of texts, always the same ones: mean cross-entropy, lower is better. */
export async function evaluateMasking(
  model: Model,
  texts: readonly TextExample[],
  masking: Masking,
): Promise<Evaluation> {
  if (texts.length === 0)
    throw new InputError('there is no text to evaluate the pre-training on; give more than a few paragraphs');
  const random = createRandom(1);
  let total = 0;
  let guessed = 0;
  for (let start = 0; start < texts.length; start += EVALUATED_AT_ONCE) {
    const padded = padBatch(texts.slice(start, start + EVALUATED_AT_ONCE));
    const { batch, places, words } = hideWords(padded, masking, random);
    const loss = tidy(() => {
      const logits = model.logitsAt(new Tape(false), model.parameters.read(), batch, places);
      return download(wordLoss(logits, words).loss)[0];
    });
    total += loss * places.length;
    guessed += places.length;
    await new Promise(setImmediate);
  }
  return { loss: total / guessed, score: -total / guessed };
}

const EVALUATED_AT_ONCE = 32;
