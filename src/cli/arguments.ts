import { InvalidArgumentError } from 'commander';

/** Parses an option value that must be a whole number of at least 1. */
export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  }
  return number;
}

/** Parses an option value that must be a number between 0 and 1, both excluded. */
export function probability(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < 1)) throw new InvalidArgumentError('It must be a number between 0 and 1.');
  return number;
}
