import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Progress, type Sentence, silentProgress, writeFileAtomically } from '../../foundation';
import { freshEncoder } from '../../nn';
import { trainWordPieces } from '../../tokenization';
import { completePretraining, pretrainFiles } from '../../training';
import { unlabelledText } from '../encoders';

/**
 * Makes a small encoder that sees capitals: a cased vocabulary learned from the sentences, and four layers pretrained by masked words on them
 * and on the articles of the mirror, where there is one. It has read next to nothing, so its level means little.
 *
 * @param most windows of text at most
 * @returns its folder; an interrupted run is resumed
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
  const text = join(folder, 'sentences.txt');
  writeFileAtomically(text, `${sentences.map((sentence) => sentence.text).join('\n')}\n`);
  const pieces = join(folder, 'pieces');
  trainWordPieces([text], pieces, { uncased: false, size: 16_000 });
  const out = join(folder, 'encoder');
  const place = 'the cased encoder';
  const start = join(folder, 'start');
  const shape = { layers: 4, hiddenSize: 256, attentionHeads: 4, maximumPositions: 128 };
  freshEncoder(shape, { tokenizer: pieces, out: start, seed });
  const options = {
    text: [text, ...unlabelledText()],
    encoder: start,
    ...{ maximumTexts: most, maximumLength: 128, epochs: 1, batchSize: 16, learningRate: 3e-4, seed },
  };
  const { folder: made } = await pretrainFiles(completePretraining(options, place), {
    ...{ folder: out, place, resume: existsSync(out), progress },
  });
  return made;
}
