import { logSoftmax } from '../../tasks';
import {
  type EncodedText,
  exclusiveColumns,
  outputNames,
  outputsPerLabel,
  type TagSet,
} from '../../tokenization';

/** A teacher's logits of a text, in the tokens of its student. */
export interface Transferred {
  logits: Float32Array; // [tokens, outputs]
  /** 1 for a token with a target // [tokens] */
  taught: Uint8Array;
  /** Number of tokens with exactly the characters of one of the teacher's. */
  same: number;
}

/**
 * Transfers a teacher's logits of a text to the tokens of a student with another tokenizer, by their characters.
 *
 * A token that shares characters with a single token of the teacher, and is the first to do so, has its logits unchanged: wherever
 * the pieces agree, the targets are exact. Otherwise:
 *
 * - Probabilities are averaged over the teacher's tokens, weighted by the number of shared characters. They are those of the softmax over
 *   the outputs that exclude each other, with 0 for the implicit "outside" if labels may overlap, as decoding compares them.
 * - Of the probability of a mention, the share of B is that a mention begins in any of the teacher's tokens that this token is the
 *   first to touch; the rest is I. A mention that begins in "leuk|emia" thus begins in "leu" alone of "leu|ke|mia", and one that
 *   begins anywhere in a longer token begins with it, as in the labels of a mention with a boundary inside a token.
 * - If a tagger predicts by word, the first token of a word has the logits of the teacher's first; by the rule "first", the others have
 *   no target. By the rule "all", every token of a mention's first word is B, so nothing becomes I.
 *
 * A token that shares no character with any of the teacher's has no target.
 *
 * @param logits of the teacher // [tokens, outputs]
 */
export function transferLogits(
  logits: Float32Array,
  teacher: EncodedText,
  student: EncodedText,
  tagSet: TagSet,
): Transferred {
  const outputs = outputNames(tagSet).length;
  const groups = groupsOf(tagSet);
  const tokens = student.ids.length;
  const moved: Transferred = {
    logits: new Float32Array(tokens * outputs),
    taught: new Uint8Array(tokens),
    same: 0,
  };
  const firstOfWord = tagSet.words && firstTokens(teacher.words);
  findOverlaps(student, teacher).forEach((overlaps, token) => {
    const isSame = ({ token: other }: Overlap) =>
      teacher.starts[other] === student.starts[token] && teacher.ends[other] === student.ends[token];
    if (overlaps.some(isSame)) moved.same++;
    const copy = (from: number) => {
      moved.taught[token] = 1;
      moved.logits.set(logits.subarray(from * outputs, (from + 1) * outputs), token * outputs);
    };
    if (firstOfWord && (token === 0 || student.words[token] !== student.words[token - 1])) {
      const from = firstOfWord.get(student.words[token]);
      if (from !== undefined) copy(from);
      return;
    }
    if (overlaps.length === 0 || tagSet.words === 'first') return;
    const [{ token: only, isFirst }] = overlaps;
    if (overlaps.length === 1 && isFirst) {
      copy(only);
      return;
    }
    moved.taught[token] = 1;
    for (const group of groups) mix(overlaps, logits, group, outputs, moved.logits, token * outputs);
  });
  return moved;
}

/** A token of the teacher that shares characters with one of the student's. */
interface Overlap {
  token: number;
  characters: number;
  /** Whether the student's is the first token that shares any with it. */
  isFirst: boolean;
}

/** Returns the overlaps of each of the student's tokens; both tokenizations are in the order of the text. */
function findOverlaps(student: EncodedText, teacher: EncodedText): Overlap[][] {
  const isTouched = new Uint8Array(teacher.ids.length);
  let from = 0;
  return Array.from(student.starts, (start, token) => {
    const end = student.ends[token];
    while (from < teacher.ids.length && teacher.ends[from] <= start) from++;
    const overlaps: Overlap[] = [];
    for (let other = from; other < teacher.ids.length && teacher.starts[other] < end; other++) {
      const characters = Math.min(end, teacher.ends[other]) - Math.max(start, teacher.starts[other]);
      if (characters <= 0) continue;
      overlaps.push({ token: other, characters, isFirst: isTouched[other] === 0 });
      isTouched[other] = 1;
    }
    return overlaps;
  });
}

/** Outputs that exclude each other, with or without an implicit "outside" whose logit is 0. */
interface Group {
  columns: readonly number[];
  outside: boolean;
  /** Places of B and I of a label among the columns, where they differ. */
  mentions: readonly { begin: number; inside: number }[];
}

function groupsOf(tagSet: TagSet): Group[] {
  const { scheme, labels, words } = tagSet;
  if (scheme !== 'exclusive') {
    const perLabel = outputsPerLabel(tagSet);
    return labels.map((_, label) => ({
      columns: Array.from({ length: perLabel }, (_, place) => label * perLabel + place),
      outside: true,
      mentions: scheme === 'bio' ? [{ begin: 0, inside: 1 }] : [],
    }));
  }
  const { begin, inside } = exclusiveColumns(tagSet);
  const pairs = labels.map((_, label) => ({ begin: begin[label], inside: inside[label] }));
  return [
    {
      columns: outputNames(tagSet).map((_, column) => column),
      outside: false,
      mentions: words === 'all' ? [] : pairs.filter((pair) => pair.begin !== pair.inside),
    },
  ];
}

/** Keeps logarithms finite. */
const LEAST = 1e-12;

/** Writes the logits of the mean probabilities of a group's outputs to `target`, from `row` on. */
function mix(
  overlaps: readonly Overlap[],
  logits: Float32Array,
  { columns, outside, mentions }: Group,
  outputs: number,
  target: Float32Array,
  row: number,
): void {
  const total = overlaps.reduce((sum, { characters }) => sum + characters, 0);
  const each = overlaps.map(({ token }) => {
    const own = columns.map((column) => logits[token * outputs + column]);
    return logSoftmax(Float32Array.from(outside ? [...own, 0] : own)).map(Math.exp);
  });
  const mean = Array.from(each[0], (_, place) =>
    each.reduce((sum, own, index) => sum + (own[place] * overlaps[index].characters) / total, 0),
  );
  for (const { begin, inside } of mentions) {
    let none = 1; // probability of no mention in any of the tokens
    let noBegin = 1;
    each.forEach((own, index) => {
      none *= 1 - Math.min(1, own[begin] + own[inside]);
      if (overlaps[index].isFirst) noBegin *= 1 - own[begin];
    });
    const mention = mean[begin] + mean[inside];
    const begins = none < 1 ? Math.min(1, (1 - noBegin) / (1 - none)) : 0;
    mean[begin] = mention * begins;
    mean[inside] = mention * (1 - begins);
  }
  const logarithms = mean.map((probability) => Math.log(Math.max(probability, LEAST)));
  const base = outside ? logarithms[columns.length] : 0;
  columns.forEach((column, place) => {
    target[row + column] = logarithms[place] - base;
  });
}

function firstTokens(words: Int32Array): Map<number, number> {
  const first = new Map<number, number>();
  words.forEach((word, token) => {
    if (!first.has(word)) first.set(word, token);
  });
  return first;
}
