/**
 * Splits: labelled texts into train, dev and test.
 *
 * In: labelled texts. Out: the parts, the counts by label, and notices of what a reader of figures should know. Touches nothing.
 */
export { type Shares, splitTexts } from './by-label';
export { splitByPosition } from './by-position';
export { intoTextParts, keyOfText, type TextSplit } from './text-split';
