/** A display area in the output of a notebook cell. */
export interface Display {
  html(html: string): void;
  png(picture: Uint8Array): void;
}

/** The parts of the package tslab, the notebook kernel, that this library uses. */
export interface NotebookKernel {
  readonly display: Display & { text(text: string): void };
  newDisplay(): Display & { text(text: string): void };
}

/**
 * Returns the notebook kernel that runs this process, or undefined outside a notebook. tslab stores its `require` in a global; that
 * `require` resolves to the running kernel, whichever copy of the package is nearest.
 */
export function notebookKernel(): NotebookKernel | undefined {
  const { __tslab__: kernel } = globalThis as {
    __tslab__?: { require(name: 'tslab'): NotebookKernel };
  };
  return kernel?.require('tslab');
}
