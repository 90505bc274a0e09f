import type { TagSet } from './tag-set';

/** The labels of the small test tagger: those of the literature task. */
const labels = ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'] as const;

export const BIO = { scheme: 'bio', labels } as const satisfies TagSet;
export const TOKEN = { scheme: 'token', labels } as const satisfies TagSet;
