/** Options shared by the commands that work with a queue; not a command itself. */
import { InvalidArgumentError, Option } from 'commander';
import { positiveInteger } from '../arguments';

export const ADDRESS = new Option(
  '--queue <url>',
  'address of a Redis server, redis://host:6379 or rediss://… for TLS',
)
  .env('FALCONFRAMES_QUEUE')
  .makeOptionMandatory();

export const ROOT = new Option(
  '--root <folder>',
  'with --queue: folder that all machines share; give several, everywhere in the same order, if inputs and --out are in several (default: the current folder)',
).argParser((folder: string, others: string[] | undefined) => [...(others ?? []), folder]);

/** Parses the number of a port. */
export function port(value: string): number {
  const number = positiveInteger(value);
  if (number > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return number;
}
