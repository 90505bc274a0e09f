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

/** A window with what the network should say of it. */
export interface Example {
  inputIds: Int32Array; // [length]
  labels: Uint8Array; // [length, outputs]
  /** 1 where the output is known and the token counts: its label was annotated, it is no special token and no mere context. */
  known: Uint8Array; // [length, outputs]
}

export interface PreparedExamples {
  examples: Example[];
  /** Mentions that no token stands for, and mentions with a border inside a token: what the tokenizer costs. */
  lost: Span[];
  widened: Span[];
  /** Mentions over others, which labels cannot hold beside them. */
  covered: Span[];
}

/** Sentences as windows with labels; a long sentence becomes several windows, nothing of it is left out. */
export async function prepareExamples(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  options: TagSet & { maximumLength: number },
): Promise<PreparedExamples> {
  const outputs = outputNames(options).length;
  const prepared: PreparedExamples = { examples: [], lost: [], widened: [], covered: [] };
  const encodings = await encodeTexts(sentences, tokenizer, options);
  sentences.forEach(({ spans, annotated }, index) => {
    const encoded = encodings[index];
    const { labels, counts, lost, widened, covered } = spansToLabels(encoded, spans, options);
    prepared.lost.push(...lost);
    prepared.widened.push(...widened);
    prepared.covered.push(...covered);
    const knownRow = knownOutputs(annotated, options);
    for (const { inputIds, first, ownedFrom, ownedTo } of cutWindows(
      encoded,
      tokenizer,
      options.maximumLength,
    )) {
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
 * 1 for each output of a label that was looked for // [outputs]
 *
 * O of an exclusive tagger is known wherever any label is: a softmax over the outputs that are known tells it from these.
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
