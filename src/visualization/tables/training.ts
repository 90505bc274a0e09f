import { byLabel, labelsOf, type Sentence } from '../../foundation';
import type { TokenClassifier } from '../../nn';
import { encodeTexts, outputNames, spansToLabels, type TagSet, type Tokenizer } from '../../tokenization';
import type { Row } from '../notebook/show-table';

/** Mentions of each label; null if none of the sentences is annotated for the label. */
export function mentionsByLabel(
  sentences: readonly Sentence[],
  labels: readonly string[] = labelsOf(sentences),
): Record<string, number | null> {
  const counts = new Map<string, number>();
  for (const { spans } of sentences)
    for (const { label } of spans) counts.set(label, (counts.get(label) ?? 0) + 1);
  const lookedFor = new Set(sentences.flatMap(({ annotated }) => annotated));
  return byLabel(labels, (label) => (lookedFor.has(label) ? (counts.get(label) ?? 0) : null));
}

/** Articles, sentences and mentions by label of the named parts. @param labels in the order of their columns */
export function partTable(
  parts: Readonly<Record<string, readonly Sentence[]>>,
  labels: readonly string[] = labelsOf(Object.values(parts).flat()),
): Row[] {
  return Object.entries(parts).map(([part, sentences]) => ({
    part,
    articles: new Set(sentences.map(({ article }) => article)).size,
    sentences: sentences.length,
    ...mentionsByLabel(sentences, labels),
  }));
}

/** A sentence's tokens with their text and the tags of the tag set. */
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

/** Number of parameters of each part of the network. */
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
