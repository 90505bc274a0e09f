import type { TagSet } from '../../tokenization';
import type { Targets } from '../losses';
import type { Example } from './examples';

/** Returns the targets of a padded batch; padding is unknown. */
export function padTargets(examples: readonly Example[], tagSet: TagSet): Targets {
  const length = Math.max(...examples.map(({ inputIds }) => inputIds.length));
  const outputs = examples[0].labels.length / examples[0].inputIds.length;
  const labels = new Float32Array(examples.length * length * outputs);
  const known = new Float32Array(examples.length * length * outputs);
  let knownLabels = 0;
  examples.forEach((example, row) => {
    labels.set(example.labels, row * length * outputs);
    known.set(example.known, row * length * outputs);
    knownLabels += countKnown(example, tagSet);
  });
  return { labels, known, knownLabels };
}

/** Denominator of the mean loss: known outputs, or tokens with a tag if tags are exclusive. */
export const countKnown = ({ labels, known }: Example, { scheme }: TagSet): number =>
  (scheme === 'exclusive' ? labels : known).reduce((sum, one) => sum + one, 0);
