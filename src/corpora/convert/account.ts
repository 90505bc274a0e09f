import { InputError } from '../../foundation';
import { ADJUSTMENTS, emptyTally, type Tally } from '../document';

/** What our lines cannot say, or formats have by mistake. Each is counted. */
export const LOSSES = {
  ...ADJUSTMENTS,
  relations: 'relations, left out',
  events: 'events, left out',
  attributes: 'attributes, left out',
  identifiers: 'identifiers of concepts, left out',
  notes: 'notes, left out',
  inReferences: 'annotations in lists of references, left out with them',
  withoutText: 'annotations outside of the text that the file gives, left out',
  emptyWords: 'words of blanks alone, left out',
  unannotatedTexts: 'texts without a file of annotations, left out',
} as const;

export type Loss = keyof typeof LOSSES;

/** What a conversion counts on its way. */
export class Account {
  readonly adjustments: Tally = emptyTally();
  readonly #lost = new Map<Loss, number>();
  /** Why each document (in CoNLL: each sentence) that cannot be used was skipped. */
  readonly skipped: string[] = [];
  /** By file: how tags mark where entities begin and end. */
  readonly schemes: Record<string, string> = {};

  lose(loss: Loss, count = 1): void {
    if (count > 0) this.#lost.set(loss, (this.#lost.get(loss) ?? 0) + count);
  }

  skip(reason: InputError): void {
    this.skipped.push(reason.message);
  }

  /** Runs work on a document; if it cannot be used, it is skipped. */
  orSkip<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.skip(error);
      return undefined;
    }
  }

  /** All that was lost, without zeros. */
  losses(): Partial<Record<Loss, number>> {
    const adjusted = Object.entries(this.adjustments).filter(([, count]) => count > 0);
    return Object.fromEntries([...adjusted, ...this.#lost]);
  }
}
