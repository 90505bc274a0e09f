import { checkRunFolder, resumable } from '../training';
import { notice } from './output';

/**
 * Checks the output folder of a command that writes a model at once, and reports a model in it, which is replaced.
 *
 * @param inputs files that the command reads, and folders of models
 * @param others files that it writes beside the model
 * @throws InputError if the folder cannot be used
 */
export function checkModelFolder(out: string, inputs: readonly string[], others?: readonly string[]): void {
  checkRunFolder(out, inputs, others);
  if (resumable(out) === 'finished') notice(`${out}: replaces the model in this folder`);
}
