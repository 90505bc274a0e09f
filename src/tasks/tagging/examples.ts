import type { Sentence, Span } from '../../foundation';
import {
  cutWindows,
  encodeTexts,
  outputNames,
  outputsPerLabel,
  spansToLabels,
  type TagSet,
  type Tokenizer,
} from '../../tokenization';
import type { EncodedItem } from '../task';

/** A window with its gold labels. */
export interface Example {
  inputIds: Int32Array; // [length]
  labels: Uint8Array; // [length, outputs]
  /** 1 where the output is known and the token counts: its label was annotated, and the token is neither special nor context. */
  known: Uint8Array; // [length, outputs]
}

export interface PreparedExamples {
  examples: Example[];
  /** Mentions without any token, and mentions with a boundary inside a token: the loss caused by the tokenizer. */
  lost: SentenceSpan[];
  widened: SentenceSpan[];
  /** Mentions overlapping others, which the labels cannot represent as well. */
  covered: SentenceSpan[];
}

/** A span with its sentence. */
export interface SentenceSpan extends Span {
  sentence: Sentence;
}

/** Encodes sentences as windows; a long sentence becomes several, without truncation. */
export async function encodeSentences(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  options: Pick<TagSet, 'words'> & { maximumLength: number },
): Promise<EncodedItem[]> {
  const encodings = await encodeTexts(sentences, tokenizer, options);
  return encodings.map((encoded) => ({
    encoded,
    windows: cutWindows(encoded, tokenizer, options.maximumLength),
  }));
}

/** Encodes sentences as windows with labels. */
export async function prepareExamples(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  options: TagSet & { maximumLength: number },
): Promise<PreparedExamples> {
  const outputs = outputNames(options).length;
  const prepared: PreparedExamples = { examples: [], lost: [], widened: [], covered: [] };
  const items = await encodeSentences(sentences, tokenizer, options);
  sentences.forEach((sentence, index) => {
    const { spans, annotated } = sentence;
    const inSentence = (span: Span): SentenceSpan => ({ ...span, sentence });
    const { encoded, windows } = items[index];
    const { labels, counts, lost, widened, covered } = spansToLabels(encoded, spans, options);
    prepared.lost.push(...lost.map(inSentence));
    prepared.widened.push(...widened.map(inSentence));
    prepared.covered.push(...covered.map(inSentence));
    const knownRow = knownOutputs(annotated, options);
    for (const { inputIds, first, ownedFrom, ownedTo } of windows) {
      const example = {
        inputIds,
        labels: new Uint8Array(inputIds.length * outputs),
        known: new Uint8Array(inputIds.length * outputs),
      };
      for (let token = ownedFrom; token < ownedTo; token++) {
        if (counts[token] === 0) continue;
        const row = (1 + token - first) * outputs;
        example.labels.set(labels.subarray(token * outputs, (token + 1) * outputs), row);
        example.known.set(knownRow, row);
      }
      prepared.examples.push(example);
    }
  });
  return prepared;
}

/**
 * 1 for each output of an annotated label // [outputs]
 *
 * O of an exclusive tagger is known if any label is: a softmax over the known outputs distinguishes them.
 */
function knownOutputs(annotated: readonly string[], tagSet: TagSet): Uint8Array {
  if (tagSet.scheme !== 'exclusive') {
    const perLabel = outputsPerLabel(tagSet);
    const known = tagSet.labels.map((label) => (annotated.includes(label) ? 1 : 0));
    return Uint8Array.from(
      { length: known.length * perLabel },
      (_, output) => known[Math.floor(output / perLabel)],
    );
  }
  const names = ['O', ...annotated.flatMap((label) => [`B-${label}`, `I-${label}`, label])];
  const isKnown = annotated.some((label) => tagSet.labels.includes(label));
  return Uint8Array.from(outputNames(tagSet), (name) => (isKnown && names.includes(name) ? 1 : 0));
}
