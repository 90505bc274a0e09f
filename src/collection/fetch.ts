/** Annotations and full texts of many articles, as many at a time as the client allows. */

import type { AnnotationsOfArticle } from './answers';
import { ARTICLES_PER_REQUEST, type EuropePmc } from './europepmc';
import { batches } from './find';
import { TooMany, Unobtainable } from './unobtainable';

/** Enough to keep the client busy at latencies of several seconds; all groups at once would fill the memory. */
const GROUPS_AT_ONCE = 12;

export const NO_ANNOTATIONS = 'the service has no annotations of these classes for it';

/**
 * Annotations of at most 8 articles: for each a list, empty if repeated requests returned none, or the reason why they could not be
 * obtained. An article missing from the common response is requested separately, so that one cannot affect the others.
 */
export async function annotationsOfEach(
  service: EuropePmc,
  pmcids: readonly string[],
  types: readonly string[],
): Promise<Map<string, AnnotationsOfArticle | Unobtainable>> {
  const together = await service.annotations(pmcids, types).catch(unobtainable);
  const isFinal = pmcids.length === 1 || together instanceof TooMany;
  const answers = await Promise.all(
    pmcids.map(async (pmcid) => {
      const isThere = !(together instanceof Unobtainable) && together.has(pmcid);
      const answer =
        isThere || isFinal ? together : await service.annotations([pmcid], types).catch(unobtainable);
      return [pmcid, answer instanceof Unobtainable ? answer : (answer.get(pmcid) ?? NONE)] as const;
    }),
  );
  return new Map(answers);
}

const NONE: AnnotationsOfArticle = { annotations: [], leftOut: {} };

/** Both parts of an article, or why one of them could not be obtained. */
export type Fetched = (AnnotationsOfArticle & { fullText: string }) | Unobtainable;

/** What is requested of each article. */
export interface Request {
  types: readonly string[];
  /** Also fetch articles without annotations of the types. */
  unannotated?: boolean;
}

/** Requests annotations and full text of each article. `onArticle` is called for each in order of arrival. */
export async function fetchArticles(
  service: EuropePmc,
  pmcids: readonly string[],
  { types, unannotated = false }: Request,
  onArticle: (pmcid: string, fetched: Fetched) => void,
): Promise<void> {
  await eachGroup(pmcids, async (group) => {
    const answers = await annotationsOfEach(service, group, types);
    await Promise.all(
      [...answers].map(async ([pmcid, answer]) => {
        if (answer instanceof Unobtainable) onArticle(pmcid, answer);
        else if (answer.annotations.length === 0 && !(unannotated && isWhole(answer)))
          onArticle(pmcid, new Unobtainable(whyNone(answer)));
        else {
          const fullText = await service.fullText(pmcid).catch(unobtainable);
          onArticle(pmcid, fullText instanceof Unobtainable ? fullText : { ...answer, fullText });
        }
      }),
    );
  });
}

const isWhole = ({ leftOut }: AnnotationsOfArticle): boolean => Object.keys(leftOut).length === 0;

function whyNone({ leftOut }: AnnotationsOfArticle): string {
  const flaws = Object.entries(leftOut).map(([flaw, count]) => `${count} ${flaw}`);
  return flaws.length === 0 ? NO_ANNOTATIONS : `${NO_ANNOTATIONS} that can be used (${flaws.join(', ')})`;
}

/** Groups of 8 articles, several at a time. */
export async function eachGroup(
  pmcids: readonly string[],
  work: (group: readonly string[]) => Promise<void>,
): Promise<void> {
  const next = batches(pmcids, ARTICLES_PER_REQUEST).values();
  const worker = async () => {
    for (const group of next) await work(group);
  };
  await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, worker));
}

/** Turns `Unobtainable` into a result; throws any other error. */
function unobtainable(error: unknown): Unobtainable {
  if (error instanceof Unobtainable) return error;
  throw error;
}
