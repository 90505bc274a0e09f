/** What a notebook cell can show; each call is one output of one mime type. */
export interface NotebookDisplay {
  png(picture: Uint8Array): void;
  html(source: string): void;
}

/**
 * The display of the notebook kernel that runs this process, or undefined outside a notebook. tslab keeps its `require`
 * under a global name; that `require` gives the running kernel, whichever copy of the package lies nearest.
 */
export function notebookDisplay(): NotebookDisplay | undefined {
  const { __tslab__: kernel } = globalThis as {
    __tslab__?: { require(name: 'tslab'): { display: NotebookDisplay } };
  };
  return kernel?.require('tslab').display;
}

/** Text as HTML shows it literally, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
