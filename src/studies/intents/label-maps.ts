import { InputError } from '../../foundation';

/**
 * Checks that all maps from number to label are the same before anything is trained: a student that counts its outputs in another order
 * than its teacher would learn the wrong labels without any error.
 *
 * @param maps labels in the order of their numbers, by whose they are
 * @throws InputError that names the first difference
 */
export function checkLabelMaps(maps: Readonly<Record<string, readonly string[]>>): void {
  const [[first, expected], ...others] = Object.entries(maps);
  for (const [name, labels] of others) {
    const longest = Math.max(labels.length, expected.length);
    for (let id = 0; id < longest; id++)
      if (labels[id] !== expected[id])
        throw new InputError(
          `label ${id} is ${shown(labels[id])} for the ${name} and ${shown(expected[id])} for the ${first}; give all the same labels in the same order`,
        );
  }
}

const shown = (label: string | undefined): string =>
  label === undefined ? 'missing' : JSON.stringify(label);
