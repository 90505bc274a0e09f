import { INTENT_DOMAINS, INTENTS, type Intent, OUT_OF_SCOPE } from '../../corpora';
import type { TextAnswer } from '../../evaluation';
import type { LabelledText } from '../../foundation';
import type { Row } from '../../visualization';

/** The query of the demonstration, and the one that is timed: those of the reference study. */
export const DEMO_QUERY =
  "Hey, I'd like to rent a vehicle from Nov 1st to Nov 15th in\nParis and I need a 15 passenger van";
export const TIMED_QUERY = 'What is the pin number for my account?';

/** One row per part: queries, with an intent and out of scope. */
export const scopeCounts = (parts: Readonly<Record<string, readonly LabelledText[]>>): Row[] =>
  Object.entries(parts).map(([part, queries]) => {
    const out = queries.filter(({ labels }) => labels[0] === OUT_OF_SCOPE).length;
    return { part, queries: queries.length, 'with an intent': queries.length - out, 'out of scope': out };
  });

/** One row per domain: its intents with their ids, of those that occur. */
export function intentRows(labels: readonly string[]): Row[] {
  const domains = [...new Set(Object.values(INTENT_DOMAINS).filter((domain) => domain !== null)), null];
  return domains.flatMap((domain) => {
    const own = labels.filter((label) => INTENT_DOMAINS[label as Intent] === domain);
    const named = own.map((label) => `${INTENTS.indexOf(label as Intent)} ${label}`);
    return named.length === 0
      ? []
      : [{ domain: domain ?? 'none', intents: named.length, 'ids and names': named.join(', ') }];
  });
}

/** Answers to the queries with an intent, and to those without. */
export const splitByScope = (answers: readonly TextAnswer[], outOfScope: string) => ({
  within: answers.filter(({ gold }) => gold[0] !== outOfScope),
  out: answers.filter(({ gold }) => gold[0] === outOfScope),
});
