import type { Sentence } from '../foundation';
import { PARTS, type Part } from './splitting';

export interface Leak {
  text: string;
  /** The parts that the sentence stands in, and how often. */
  found: Partial<Record<Part, number>>;
}

/** Sentences that stand in more than one part, letter case and white space apart; the most frequent first. */
export function findLeaks(parts: Record<Part, readonly Sentence[]>): Leak[] {
  const leaks = new Map<string, Leak>();
  for (const part of PARTS) {
    for (const { text } of parts[part]) {
      const leak = leaks.get(sameness(text)) ?? { text, found: {} };
      leak.found[part] = (leak.found[part] ?? 0) + 1;
      leaks.set(sameness(text), leak);
    }
  }
  const times = ({ found }: Leak) => PARTS.reduce((total, part) => total + (found[part] ?? 0), 0);
  return [...leaks.values()]
    .filter(({ found }) => Object.keys(found).length > 1)
    .sort((a, b) => times(b) - times(a));
}

/** Takes such sentences out of every part but the last they stand in: test keeps all, dev what is not in test. */
export function removeLeaks(parts: Record<Part, readonly Sentence[]>): Record<Part, Sentence[]> {
  const later = new Set<string>();
  const cleaned = {} as Record<Part, Sentence[]>;
  for (const part of [...PARTS].reverse()) {
    cleaned[part] = parts[part].filter(({ text }) => !later.has(sameness(text)));
    for (const { text } of parts[part]) later.add(sameness(text));
  }
  return cleaned;
}

function sameness(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}
