import { formatCsv } from '../foundation';
import { type Entity, inCodePoints, lineOfDocument } from '../inference';

/** An annotated text. */
export interface AnnotatedText {
  id: string;
  text: string;
  entities: readonly Entity[];
}

export interface OutputFormat {
  title: string;
  extension: string;
  type: string;
  write(annotated: AnnotatedText): string;
}

/** The formats of the page, by name. */
export const OUTPUT_FORMATS: Record<'jsonl' | 'brat' | 'csv', OutputFormat> = {
  jsonl: {
    title: 'JSONL',
    extension: 'jsonl',
    type: 'application/jsonl',
    write: ({ id, entities }) => lineOfDocument(id, entities),
  },
  brat: { title: 'brat', extension: 'ann', type: 'text/plain', write: writeBrat },
  csv: {
    title: 'CSV',
    extension: 'csv',
    type: 'text/csv',
    write: ({ id, entities }) =>
      formatCsv([
        ['id', 'start', 'end', 'label', 'text', 'score'],
        ...entities.map(({ start, end, label, text, score }) => [id, start, end, label, text, score]),
      ]),
  },
};

/**
 * Writes text-bound annotations of brat standoff, with offsets in code points, as brat counts. A type has no blanks
 * (`Cell_Line`). A mention that runs over a line break is written in pieces, one per line.
 */
export function writeBrat({ text, entities }: AnnotatedText): string {
  return inCodePoints(entities, text)
    .map(({ start, label, text: mention }, index) => {
      const pieces = linesOf(mention, start);
      const ranges = pieces.map((piece) => `${piece.start} ${piece.end}`).join(';');
      const surface = pieces.map((piece) => piece.text).join(' ');
      return `T${index + 1}\t${label.replace(/[^\p{L}\p{N}_-]+/gu, '_')} ${ranges}\t${surface}\n`;
    })
    .join('');
}

/** Returns the lines of a mention that are not blank, with offsets in code points. */
function linesOf(mention: string, start: number): { start: number; end: number; text: string }[] {
  const lines = [];
  let place = start;
  for (const text of mention.split(/([\r\n]+)/)) {
    const end = place + [...text].length;
    if (text.trim() !== '') lines.push({ start: place, end, text });
    place = end;
  }
  return lines;
}
