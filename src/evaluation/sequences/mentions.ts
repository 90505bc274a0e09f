import { InputError } from '../../foundation';
import { CONLL_TABLE, ENDS, INSIDE, neighbours, type SchemeTable, STARTS } from './schemes';
import { OUTSIDE, PREFIX_COUNT } from './tags';

/**
 * Mentions in the order of their ends, which are distinct. Positions run over the whole corpus, with an additional position at each
 * sentence end.
 */
export interface Mentions {
  labels: number[];
  starts: number[];
  /** Exclusive. */
  ends: number[];
}

type TagReader = (tag: string) => number;

/**
 * Reads mentions from any tags as conlleval and seqeval's default mode do. The corpus is one sequence with an `O` after each
 * sentence: a tag with an unknown prefix can leave a mention open across it, which is reproduced.
 */
export function looseMentions(sequences: readonly (readonly string[])[], read: TagReader): Mentions {
  const outside = read('O');
  const mentions: Mentions = { labels: [], starts: [], ends: [] };
  let previousPrefix = OUTSIDE;
  let previousLabel = -1;
  let start = 0;
  let position = 0;
  const step = (code: number) => {
    const prefix = code % PREFIX_COUNT;
    const label = (code - prefix) / PREFIX_COUNT;
    const bits = CONLL_TABLE[neighbours(previousPrefix, prefix, label === previousLabel)];
    if (bits & ENDS) {
      mentions.labels.push(previousLabel);
      mentions.starts.push(start);
      mentions.ends.push(position);
    }
    if (bits & STARTS) start = position;
    previousPrefix = prefix;
    previousLabel = label;
    position++;
  };
  for (const tags of sequences) {
    for (const tag of tags) step(read(tag));
    step(outside);
  }
  return mentions;
}

/**
 * Reads mentions as seqeval's strict mode does: from a tag that starts one, over the tags that continue it, and only if the next tag
 * ends it. A prefix that is not in the scheme is an error; `place` names its place.
 */
export function strictMentions(
  sequences: readonly (readonly string[])[],
  read: TagReader,
  { table, allowed, prefixes }: SchemeTable,
  place: (sentence: number, token: number) => string,
): Mentions {
  const outside = read('O');
  const mentions: Mentions = { labels: [], starts: [], ends: [] };
  const bitsOf = (previous: number, current: number) => {
    const one = previous % PREFIX_COUNT;
    const other = current % PREFIX_COUNT;
    return table[neighbours(one, other, previous - one === current - other)];
  };
  const codes: number[] = [];
  let offset = 0;
  sequences.forEach((tags, sentence) => {
    codes.length = 0;
    for (const tag of tags) {
      const code = read(tag);
      if (!allowed[code % PREFIX_COUNT]) {
        throw new InputError(
          `${place(sentence, codes.length)}: the tag "${tag}" is not in the scheme, which has the prefixes ${prefixes}; correct the tag or name another scheme`,
        );
      }
      codes.push(code);
    }
    codes.push(outside);
    let previous = outside;
    for (let token = 0; token < codes.length; ) {
      if ((bitsOf(previous, codes[token]) & STARTS) === 0) {
        previous = codes[token++];
        continue;
      }
      const start = token++;
      while (bitsOf(codes[token - 1], codes[token]) & INSIDE) token++;
      previous = codes[token - 1];
      if (bitsOf(previous, codes[token]) & ENDS) {
        mentions.labels.push(Math.floor(previous / PREFIX_COUNT));
        mentions.starts.push(offset + start);
        mentions.ends.push(offset + token);
      }
    }
    offset += codes.length;
  });
  return mentions;
}
