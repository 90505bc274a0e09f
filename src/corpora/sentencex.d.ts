declare module 'sentencex' {
  /** Splits a text into sentences, each with the white space that follows it. */
  export function segment(language: string, text: string): string[];
}
