import { InvalidArgumentError } from 'commander';

/** Reads an option's value that must be a whole number from 1 on. */
export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  }
  return number;
}

/** Reads an option's value that must be a number between 0 and 1, neither of them included. */
export function probability(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < 1)) throw new InvalidArgumentError('It must be a number between 0 and 1.');
  return number;
}
