import { printable } from '../../foundation';
import type { Omission } from './ontology';

/** Places kept as examples of each omission. */
const MOST_EXAMPLES = 5;

/** Counts what is left out while reading, by reason. */
export class Omissions {
  readonly #byReason = new Map<string, Omission>();

  add(reason: string, place: string): void {
    if (!this.#byReason.has(reason)) this.#byReason.set(reason, { reason, count: 0, examples: [] });
    const omission = this.#byReason.get(reason)!;
    omission.count++;
    if (omission.examples.length < MOST_EXAMPLES) omission.examples.push(printable(place));
  }

  list(): Omission[] {
    return [...this.#byReason.values()].sort((one, other) => other.count - one.count);
  }
}
