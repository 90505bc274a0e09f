import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Progress, type Sentence, silentProgress, writeFileAtomically } from '../../foundation';
import { freshEncoder } from '../../nn';
import { trainWordPieces } from '../../tokenization';
import { completePretraining, pretrainFiles, resumable } from '../../training';
import { fingerprintOfRecipe, unlabelledText } from '../encoders';

/**
 * Makes a small encoder that sees capitals: a cased vocabulary learned from the sentences, and four layers pretrained by masked words on them
 * and on the articles of the mirror, where there is one. It has read next to nothing, so its level means little.
 *
 * @param most windows of text at most
 * @returns its folder; one that was made before is returned, an interrupted run is resumed
 */
export async function makeCasedEncoder(
  sentences: readonly Sentence[],
  {
    folder,
    most,
    seed,
    progress = silentProgress,
  }: { folder: string; most: number; seed: number; progress?: Progress },
): Promise<string> {
  const own = join(folder, 'sentences.txt');
  writeFileAtomically(own, `${sentences.map((sentence) => sentence.text).join('\n')}\n`);
  const text = [own, ...unlabelledText()];
  const shape = { layers: 4, hiddenSize: 256, attentionHeads: 4, maximumPositions: 128 };
  const training = {
    maximumTexts: most,
    maximumLength: 128,
    epochs: 1,
    batchSize: 16,
    learningRate: 3e-4,
    seed,
  };
  const vocabulary = { uncased: false, size: 16_000 };
  const fingerprint = fingerprintOfRecipe({ shape, training, vocabulary }, text);
  const out = join(folder, `encoder-${fingerprint}`);
  if (resumable(out) === 'finished') return out;
  const pieces = join(folder, 'pieces');
  trainWordPieces([own], pieces, vocabulary);
  const start = join(folder, 'start');
  freshEncoder(shape, { tokenizer: pieces, out: start, seed });
  const place = 'the cased encoder';
  const { folder: made } = await pretrainFiles(
    completePretraining({ ...training, text, encoder: start }, place),
    {
      ...{ folder: out, place, resume: existsSync(out), progress },
    },
  );
  return made;
}
