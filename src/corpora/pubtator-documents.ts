import { InputError } from '../foundation';
import { type OnSkip, type PlainDocument, placePassages, rethrow, skippingSome } from './plain-documents';

/**
 * Returns the documents of a PubTator file: `ID|t|title` and `ID|a|abstract`. Offsets count both as one text with one character
 * between them. Annotations are not read.
 *
 * @param place starts error messages, for example the file
 * @param listener called for each unusable document, and once for lines that are not PubTator; by default the first throws
 */
export function documentsOfPubtator(
  content: string,
  place: string,
  listener: OnSkip = rethrow,
): PlainDocument[] {
  const onSkip = skippingSome(listener, place);
  const documents: PlainDocument[] = [];
  const unknown = { lines: 0, first: '' };
  let open: { id: string; title?: string; abstract?: string; line: number } | undefined;
  const close = () => {
    if (!open) return;
    const { id, title = '', abstract = '', line } = open;
    open = undefined;
    const passages = [
      { offset: 0, text: title },
      { offset: Array.from(title).length + 1, text: abstract },
    ].filter(({ text }) => text !== '');
    try {
      documents.push(placePassages(id, passages, `${place} line ${line}: document "${id}"`));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onSkip(error);
    }
  };
  content.split('\n').forEach((raw, index) => {
    const line = raw.replace(/^\ufeff|\r$/g, '');
    const [, id, part, text] = /^([^|\t]{1,200})\|([ta])\|(.*)$/.exec(line) ?? [];
    const kind = part === 't' ? 'title' : 'abstract';
    if (part) {
      if (open?.id !== id || open[kind] !== undefined) close();
      open ??= { id, line: index + 1 };
      // Some writers end the title with a space, which is then the one character between the two.
      open[kind] = part === 't' ? text.trimEnd() : text;
    } else if (line.trim() === '') close();
    else if (!/^[^\t]*\t/.test(line)) {
      unknown.first ||= `${place} line ${index + 1}: not a line of PubTator (${JSON.stringify(line.slice(0, 60))})`;
      unknown.lines++;
    }
  });
  close();
  if (unknown.lines > 0) {
    onSkip(
      new InputError(
        `${unknown.first}${unknown.lines > 1 ? `, and ${unknown.lines - 1} more` : ''}; write "ID|t|title" and "ID|a|abstract", one per line`,
      ),
    );
  }
  return documents;
}
