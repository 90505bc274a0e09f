import { byLabel, ENTITY_CLASSES, type Sentence } from '../../foundation';
import type { TokenClassifier } from '../../nn';
import { encodeTexts, outputNames, spansToLabels, type TagSet, type Tokenizer } from '../../tokenization';
import type { Row } from '../notebook/show-table';

/** Mentions of each class; null where none of the sentences' sources looked for the class. */
export function mentionsByClass(sentences: readonly Sentence[]): Record<string, number | null> {
  const count = (label: string) =>
    sentences.reduce((sum, { spans }) => sum + spans.filter((span) => span.label === label).length, 0);
  return byLabel(ENTITY_CLASSES, (label) =>
    sentences.some(({ annotated }) => annotated.includes(label)) ? count(label) : null,
  );
}

/** Articles, sentences and mentions by class of the named parts. */
export function partTable(parts: Readonly<Record<string, readonly Sentence[]>>): Row[] {
  return Object.entries(parts).map(([part, sentences]) => ({
    part,
    articles: new Set(sentences.map(({ article }) => article)).size,
    sentences: sentences.length,
    ...mentionsByClass(sentences),
  }));
}

/** A sentence's tokens with their characters and the tags that a tagger of the tag set learns. */
export async function labelTable(sentence: Sentence, tokenizer: Tokenizer, tagSet: TagSet): Promise<Row[]> {
  const [encoded] = await encodeTexts([sentence], tokenizer, tagSet);
  const names = outputNames(tagSet);
  const { labels } = spansToLabels(encoded, sentence.spans, tagSet);
  return Array.from(encoded.ids, (id, token) => ({
    token: tokenizer.tokenOf(id),
    characters: `${encoded.starts[token]}–${encoded.ends[token]}`,
    labels: names.filter((_, output) => labels[token * names.length + output] === 1).join(', ') || 'O',
  }));
}

/** How many numbers each part of the network learns. */
export function parameterTable({ parameters }: TokenClassifier): Row[] {
  const partOf = (name: string) => {
    if (name.includes('embeddings')) return 'embeddings';
    return name.startsWith('classifier') ? 'token head' : 'encoder blocks';
  };
  const counts = new Map<string, number>();
  for (const [name, shape] of parameters.shapes) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    counts.set(partOf(name), (counts.get(partOf(name)) ?? 0) + size);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts, ['all', total] as const].map(([part, count]) => ({
    part,
    parameters: count,
    'share (%)': (100 * count) / total,
    'size (MB)': (4 * count) / 1e6,
  }));
}
