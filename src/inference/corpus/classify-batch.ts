import { InputError } from '../../foundation';
import { type Classifier, loadClassifier } from '../classifier';
import { fingerprintOf } from './fingerprint';
import type { Source } from './sources';
import { type BatchResult, type BatchWork, orDamage } from './work';

/** A worker that classifies. @param top number of labels per text; by default those the classifier selects */
export async function openClassifying(
  model: string,
  quantized: boolean | undefined,
  top: number | undefined,
): Promise<BatchWork> {
  const classifier = await loadClassifier(model, { quantized, threads: 1 });
  return (batch) => classifyBatch(batch, classifier, top);
}

async function classifyBatch(
  batch: readonly Source[],
  classifier: Classifier,
  top: number | undefined,
): Promise<BatchResult> {
  const damages: string[] = [];
  const documents: (Source & { kind: 'document' })[] = [];
  for (const source of batch)
    orDamage(damages, source.place, () => {
      if (source.kind === 'damaged') throw new InputError(`${source.place}: ${source.reason}`);
      if (source.kind === 'document') documents.push(source);
    });
  const ranked = await classifier.classifyTexts(documents.map(({ text }) => text));
  const lines = documents.map(({ id }, index) => {
    if (classifier.outcome === 'one' && (top ?? 1) === 1) return { id, ...ranked[index][0] };
    const labels = top === undefined ? classifier.given(ranked[index]) : ranked[index].slice(0, top);
    return { id, labels };
  });
  return {
    lines: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    documents: documents.length,
    sentences: 0,
    entities: 0,
    damages,
    fingerprints: Buffer.concat(batch.map((source) => fingerprintOf(source))),
  };
}
