import { InputError } from '../../foundation';
import { loadAnnotator } from '../annotator';
import type { Annotator } from '../create-annotator';
import { readArticle } from './article';
import type { Article, OffsetUnit } from './article-of-text';
import { readContent } from './file-content';
import { fingerprintOf } from './fingerprint';
import type { Source } from './sources';
import { type BatchResult, type BatchWork, orDamage } from './work';

/** A worker that annotates. */
export async function openAnnotating(
  model: string,
  quantized: boolean | undefined,
  { offsets, view }: { offsets: OffsetUnit; view?: string },
): Promise<BatchWork> {
  const annotator = await loadAnnotator(model, { quantized, threads: 1, view });
  return (batch) => annotateBatch(batch, annotator, offsets);
}

async function annotateBatch(
  batch: readonly Source[],
  { annotateSentences, readsWhole }: Annotator,
  offsets: OffsetUnit,
): Promise<BatchResult> {
  const articles: { place: string; article: Article }[] = [];
  const damages: string[] = [];
  const fingerprints: Buffer[] = [];
  for (const source of batch) {
    const content = readContent(source);
    fingerprints.push(fingerprintOf(source, content));
    orDamage(damages, source.place, () => {
      if (content instanceof InputError) throw content;
      articles.push({ place: source.place, article: readArticle(source, content, readsWhole) });
    });
  }
  const found = await annotateSentences(articles.map(({ article }) => article.sentences));
  const result = { lines: '', documents: 0, sentences: 0, entities: 0 };
  articles.forEach(({ place, article }, index) => {
    orDamage(damages, place, () => {
      result.lines += article.linesOf(found[index], offsets);
      result.documents++;
      result.sentences += found[index].length;
      result.entities += found[index].reduce((sum, own) => sum + own.length, 0);
    });
  });
  return { ...result, damages, fingerprints: Buffer.concat(fingerprints) };
}
