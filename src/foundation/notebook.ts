/** A place in the output of a notebook cell. */
export interface Display {
  html(html: string): void;
  png(picture: Uint8Array): void;
}

/** What this library asks of the package tslab, the kernel of the notebooks. */
export interface NotebookKernel {
  readonly display: Display & { text(text: string): void };
  newDisplay(): Display & { text(text: string): void };
}

/**
 * The notebook kernel that runs this process, or undefined outside a notebook. tslab keeps its `require` under a global
 * name; that `require` gives the running kernel, whichever copy of the package lies nearest.
 */
export function notebookKernel(): NotebookKernel | undefined {
  const { __tslab__: kernel } = globalThis as {
    __tslab__?: { require(name: 'tslab'): NotebookKernel };
  };
  return kernel?.require('tslab');
}
