import { ENTITY_CLASSES, type Sentence, type Span } from '../../foundation';
import {
  cutWindows,
  type LabelScheme,
  outputNames,
  outputsPerClass,
  spansToLabels,
  type Tokenizer,
} from '../../tokenization';

/** A window with what the network should say of it. */
export interface Example {
  inputIds: Int32Array; // [length]
  labels: Uint8Array; // [length, outputs]
  /** 1 where the label is known and the token counts: its class was annotated, it is no special token and no mere context. */
  known: Uint8Array; // [length, outputs]
}

export interface PreparedExamples {
  examples: Example[];
  /** Mentions that no token stands for, and mentions with a border inside a token: what the tokenizer costs. */
  lost: Span[];
  widened: Span[];
  /** Mentions over others of their class, which labels cannot hold beside them. */
  covered: Span[];
}

/** Sentences as windows with labels; a long sentence becomes several windows, nothing of it is left out. */
export async function prepareExamples(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  { scheme, maximumLength }: { scheme: LabelScheme; maximumLength: number },
): Promise<PreparedExamples> {
  const outputs = outputNames(scheme).length;
  const prepared: PreparedExamples = { examples: [], lost: [], widened: [], covered: [] };
  const encodings = await tokenizer.encode(sentences.map(({ text }) => text));
  sentences.forEach(({ spans, annotated }, index) => {
    const encoded = encodings[index];
    const { labels, lost, widened, covered } = spansToLabels(encoded, spans, scheme);
    prepared.lost.push(...lost);
    prepared.widened.push(...widened);
    prepared.covered.push(...covered);
    const knownRow = Uint8Array.from({ length: outputs }, (_, output) =>
      annotated.includes(ENTITY_CLASSES[Math.floor(output / outputsPerClass(scheme))]) ? 1 : 0,
    );
    for (const { inputIds, first, ownedFrom, ownedTo } of cutWindows(encoded, tokenizer, maximumLength)) {
      const example = {
        inputIds,
        labels: new Uint8Array(inputIds.length * outputs),
        known: new Uint8Array(inputIds.length * outputs),
      };
      for (let token = ownedFrom; token < ownedTo; token++) {
        const row = (1 + token - first) * outputs;
        example.labels.set(labels.subarray(token * outputs, (token + 1) * outputs), row);
        example.known.set(knownRow, row);
      }
      prepared.examples.push(example);
    }
  });
  return prepared;
}
