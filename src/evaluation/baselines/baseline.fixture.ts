import type { LabelledText } from '../../foundation';

/** Test helper: texts with one label each. */
export const labelled = (pairs: readonly (readonly [text: string, label: string])[]): LabelledText[] =>
  pairs.map(([text, label]) => ({ text, labels: [label], several: false }));
