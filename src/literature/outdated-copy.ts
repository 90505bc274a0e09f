import { cpSync, rmSync } from 'node:fs';
import { type Annotation, articlePath, readCollection } from '../collection';
import { createRandom, InputError, writeFileAtomically } from '../foundation';

/** What an outdated copy of a collection lacks, and what is otherwise in it. */
export interface Outdated {
  lacks: Annotation;
  changed: { stored: Annotation; now: Annotation };
}

/**
 * Copies a collection as if the service had changed since it was made: one annotation is taken out, and another has only the first half of its
 * text. A check of the copy must find these two, and nothing else.
 *
 * @param copy the folder; an earlier copy in it is replaced
 * @throws InputError if no article has two annotations with text
 */
export function copyOutdated(collection: string, copy: string, seed: number): Outdated {
  rmSync(copy, { recursive: true, force: true });
  cpSync(collection, copy, { recursive: true });
  const isLong = ({ exact, fileName }: Annotation) => exact.length > 3 && fileName === undefined;
  const usable = [...readCollection(collection)].filter(
    ({ annotations }) => annotations.filter(isLong).length >= 2,
  );
  if (usable.length === 0)
    throw new InputError(`${collection}: no article has two annotations; collect more articles`);
  const article = createRandom(seed).shuffle(usable)[0];
  const [lacks, now] = article.annotations.filter(isLong);
  const stored = { ...now, exact: now.exact.slice(0, Math.ceil(now.exact.length / 2)) };
  const annotations = article.annotations
    .filter((annotation) => annotation !== lacks)
    .map((annotation) => (annotation === now ? stored : annotation));
  writeFileAtomically(articlePath(copy, article.pmcid), `${JSON.stringify({ ...article, annotations })}\n`);
  return { lacks, changed: { stored, now } };
}
