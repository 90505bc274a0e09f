import { printable } from '../../foundation';

/** Escapes text for HTML elements and quoted attributes; invisible and reordering characters become visible escapes. */
export function escapeHtml(text: string): string {
  return printable(text, '\n\t')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
