import { InputError, parseSentence, type SentenceLine } from '../../foundation';
import { ADJUSTMENTS, emptyTally, type Tally } from '../document';

/** Features of the source formats, or flaws, that the output cannot represent. Each is counted. */
export const LOSSES = {
  ...ADJUSTMENTS,
  relations: 'relations, left out',
  events: 'events, left out',
  attributes: 'attributes, left out',
  identifiers: 'identifiers of concepts, left out',
  notes: 'notes, left out',
  inReferences: 'annotations in reference lists, left out with them',
  withoutText: 'annotations outside the text in the file, left out',
  emptyWords: 'words that are only white space, left out',
  emptyEntities: 'entities of such words alone, left out',
  unannotatedTexts: 'texts without an annotation file, left out',
} as const;

export type Loss = keyof typeof LOSSES;

/** A sentence, and where it stands in the user's files. */
export interface PlacedSentence {
  sentence: SentenceLine;
  place: string;
}

/** Counts kept during a conversion. */
export class Account {
  readonly adjustments: Tally = emptyTally();
  readonly #lost = new Map<Loss, number>();
  /** Why each unusable document (in CoNLL: each sentence) was skipped. */
  readonly skipped: string[] = [];
  /** What the user should know though nothing was skipped. */
  readonly notices: string[] = [];
  /** Tagging scheme by file. */
  readonly schemes: Record<string, string> = {};

  lose(loss: Loss, count = 1): void {
    if (count > 0) this.#lost.set(loss, (this.#lost.get(loss) ?? 0) + count);
  }

  skip(reason: InputError): void {
    this.skipped.push(reason.message);
  }

  /** Runs `work` for a document; skips the document if it is unusable. */
  orSkip<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.skip(error);
      return undefined;
    }
  }

  /** Returns the sentences that can be read back from their lines, and skips the others. */
  usable(placed: readonly PlacedSentence[]): SentenceLine[] {
    return placed.flatMap(
      ({ sentence, place }) => this.orSkip(() => parseSentence(JSON.stringify(sentence), place)) ?? [],
    );
  }

  /** Returns the non-zero counts of what was lost. */
  losses(): Partial<Record<Loss, number>> {
    const adjusted = Object.entries(this.adjustments).filter(([, count]) => count > 0);
    return Object.fromEntries([...adjusted, ...this.#lost]);
  }
}
