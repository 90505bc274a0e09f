import type { Source, WholeFileFormat } from './sources';

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

/** Characters or bytes, approximately. Not `bytes` of what a file of many documents holds: it depends on how much was read ahead. */
export function sizeOf(source: Source): number {
  switch (source.kind) {
    case 'document':
      return source.text.length;
    case 'sentences':
      return source.sentences.reduce((sum, { text }) => sum + text.length, 0);
    case 'damaged':
      return 0;
    case 'content':
      return ofMarkup(source.format, source.content.length);
    case 'file':
      return ofMarkup(source.format, source.bytes);
  }
}

/** Half of an article's XML, or more, is markup and references. */
function ofMarkup(format: WholeFileFormat, bytes: number): number {
  return format === 'text' ? bytes : bytes / 2;
}
