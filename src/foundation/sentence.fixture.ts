import type { Sentence } from './sentence';

/** A sentence with one cell at characters 4 to 10, like `the b-cell grows`. */
export const cellSentence = (text: string): Sentence => ({
  article: 'a',
  section: '',
  paragraph: 0,
  offset: 0,
  text,
  spans: [{ start: 4, end: 10, label: 'Cell' }],
  annotated: ['Cell'],
});
