import type { Source } from './sources';

/**
 * A batch ends with the source that fills it. Two hundred sentences are enough to group sentences of similar length for the calls in
 * fp32; in int8 each sentence has its own call. Larger batches leave workers idle at the end of a corpus.
 */
const FULL = 1 << 15;
const MOST_SOURCES = 512;

/**
 * Sources in batches that one worker takes as a whole: many abstracts, or one article. The content of a batch depends only
 * on the sources from its first on, not on time or on the number of workers.
 */
export async function* batchesOf(sources: AsyncIterable<Source>): AsyncGenerator<Source[]> {
  let batch: Source[] = [];
  let size = 0;
  for await (const source of sources) {
    batch.push(source);
    size += sizeOf(source);
    if (size < FULL && batch.length < MOST_SOURCES) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Characters or bytes, approximately. Not `bytes`, which for lines depends on how much was read ahead. */
export function sizeOf(source: Source): number {
  switch (source.kind) {
    case 'document':
      return source.text.length;
    case 'sentences':
      return source.sentences.reduce((sum, { text }) => sum + text.length, 0);
    case 'damaged':
      return 0;
    default:
      // Half of an article's XML, or more, is markup and references.
      return source.format === 'text' ? source.bytes : source.bytes / 2;
  }
}
