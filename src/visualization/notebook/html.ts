import { printable } from '../../foundation';

/** Text as HTML shows it literally, in elements and in quoted attributes; characters that would hide something are written as escapes. */
export function escapeHtml(text: string): string {
  return printable(text, '\n\t')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
