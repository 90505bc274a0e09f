import { readFileSync } from 'node:fs';
import { type EntityClass, InputError, isEntityClass } from '../foundation';

/**
 * One annotation as Europe PMC gives it: the text of the mention with up to 20 characters on either side, no offsets.
 * `exact` is what the article says, `tags[0].name` what the ontology calls it; they often differ.
 */
export interface Annotation {
  prefix?: string;
  exact: string;
  postfix?: string;
  tags: { name: string; uri: string }[];
  id: string;
  type: string;
  /** Such as `Results (http://purl.org/orb/Results)`. */
  section?: string;
  provider: string;
}

/** What a collection keeps of an article: one file `articles/<PMCID>.json`. */
export interface CollectedArticle {
  pmcid: string;
  source: string;
  /** The classes that were asked for; a class that is not in it is unknown here. */
  types: EntityClass[];
  /** JATS XML. */
  fullText: string;
  annotations: Annotation[];
}

/** Reads one stored article. @throws InputError where the file is not what a collection writes. */
export function readCollectedArticle(path: string): CollectedArticle {
  let article: Partial<CollectedArticle> | null;
  try {
    article = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InputError(
      `${path}: cannot be read as JSON (${(error as Error).message}); delete it and collect again`,
    );
  }
  const complaint = complaintAbout(article);
  if (complaint) throw new InputError(`${path}: ${complaint}; delete it and collect again`);
  return article as CollectedArticle;
}

function complaintAbout(article: Partial<CollectedArticle> | null): string | undefined {
  if (typeof article !== 'object' || article === null) return 'not a collected article';
  const { pmcid, fullText, types, annotations } = article;
  if (typeof pmcid !== 'string' || !/^PMC\d+$/.test(pmcid)) return '"pmcid" is missing';
  if (typeof fullText !== 'string') return '"fullText" is missing';
  if (!Array.isArray(types) || !types.every(isEntityClass)) return '"types" does not list entity classes';
  if (!Array.isArray(annotations) || !annotations.every(isAnnotation)) return '"annotations" is damaged';
  return undefined;
}

export function isAnnotation(value: unknown): value is Annotation {
  if (typeof value !== 'object' || value === null) return false;
  const { exact, type, prefix, postfix } = value as Partial<Annotation>;
  const textOrNothing = (part: unknown) => part === undefined || part === null || typeof part === 'string';
  return (
    typeof exact === 'string' && typeof type === 'string' && textOrNothing(prefix) && textOrNothing(postfix)
  );
}
