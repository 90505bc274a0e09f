/**
 * The notebook kernel that runs this process, or undefined outside a notebook. tslab keeps its `require` under a global
 * name; that `require` gives the running kernel, whichever copy of the package lies nearest.
 */
export function notebookKernel(): typeof import('tslab') | undefined {
  const { __tslab__: kernel } = globalThis as {
    __tslab__?: { require(name: 'tslab'): typeof import('tslab') };
  };
  return kernel?.require('tslab');
}
