/** A small label set. */
export const FOUR = ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'];
