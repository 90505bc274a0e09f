import { statSync } from 'node:fs';
import { printResult } from '../output';

/** What every command that writes one file says: its path and size. */
export function printWritten(path: string, options: { json?: boolean }): void {
  const megabytes = statSync(path).size / 1e6;
  printResult({ path, megabytes }, options, () => `${path} (${megabytes.toFixed(1)} MB)`);
}
