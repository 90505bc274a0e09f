import { InvalidArgumentError } from 'commander';

/** Reads an option's value that must be a whole number from 1 on. */
export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  }
  return number;
}
