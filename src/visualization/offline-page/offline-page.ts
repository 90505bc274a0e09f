import { join } from 'node:path';
import { projectRoot, readTextFile } from '../../foundation';
import { escapeHtml } from '../notebook/html';

/** Styles and scripts are separate files that are inlined; read from the source folder, since the compiler does not copy them. */
const FOLDER = join(projectRoot, 'src', 'visualization');

/** The parts of a page. */
interface Parts {
  /** Plain text. */
  title: string;
  /** What the page shows, in the title of the window. */
  subject: string;
  /** The folder below visualization/ with its page.css and page.js. */
  folder: string;
  /** HTML between heading and data; what comes from outside must be escaped. */
  introduction: string;
  content: string;
  /** For the script, which finds it as JSON in the element `data`. */
  data: unknown;
}

/** Renders one HTML file with style, script and data in it; its content security policy blocks all loading. */
export function offlinePage({ title, subject, folder, introduction, content, data }: Parts): string {
  const read = (...names: string[]) => readTextFile(join(FOLDER, ...names));
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta
      http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
    />
    <title>${escapeHtml(title)}: ${subject}</title>
    <style>
${read('offline-page', 'base.css')}
${read(folder, 'page.css')}
    </style>
  </head>
  <body>
    <header>
      <h1>${escapeHtml(title)}</h1>
${introduction}
    </header>
${content}
    <script type="application/json" id="data">${scriptSafe(data)}</script>
    <script>
${read(folder, 'page.js')}
    </script>
  </body>
</html>
`;
}

/** A text in the data may contain "</script>" or "<!--", so every "<" is escaped. */
const scriptSafe = (data: unknown): string => JSON.stringify(data).replaceAll('<', '\\u003c');
