import { basename } from 'node:path';
import { fieldsOf, InputError, isLabel, readJsonObject } from '../foundation';

/**
 * One annotation from Europe PMC: the text of the mention with up to 20 characters on either side, without offsets.
 * `exact` is the text of the article, `tags[0].name` the ontology's name; they often differ.
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
  /** The supplementary file that holds the mention, which is then not in the article itself. */
  fileName?: string;
}

/** An article of a collection: one file `articles/<PMCID>.json`. */
export interface CollectedArticle {
  pmcid: string;
  source: string;
  /** The requested types of annotations; others are unknown here. */
  types: string[];
  /** JATS XML. */
  fullText: string;
  /** Usable annotations, including those with `fileName`, which `preprocess` leaves out. */
  annotations: Annotation[];
  /** How many annotations were left out when the article was collected, by their flaw; absent if none was. */
  leftOut?: Record<string, number>;
}

/** A stored article as read, without damaged annotations. */
export interface ReadArticle extends CollectedArticle {
  /** How many annotations were left out. */
  damagedAnnotations: number;
}

/** Bytes. Full texts have at most 32 MiB, 50,000 annotations some more. */
const LARGEST = 128 * 2 ** 20;

/**
 * Reads one stored article without its damaged annotations.
 *
 * @throws InputError if the file is not a stored article, or contains an article other than its name states
 */
export function readCollectedArticle(path: string): ReadArticle {
  const mend = 'delete it and collect again';
  const article: Partial<CollectedArticle> = readJsonObject(path, 'a collected article', LARGEST, mend);
  const complaint = complaintAbout(article, path);
  if (complaint) throw new InputError(`${path}: ${complaint}; ${mend}`);
  return { ...(article as CollectedArticle), ...usableAnnotations(article.annotations as unknown[]) };
}

function complaintAbout(
  { pmcid, fullText, types, annotations }: Partial<CollectedArticle>,
  path: string,
): string | undefined {
  if (typeof pmcid !== 'string' || !/^PMC\d+$/.test(pmcid)) return '"pmcid" is missing';
  const named = /^(PMC\d+)\.json$/.exec(basename(path))?.[1] ?? pmcid;
  if (named !== pmcid) return `holds ${pmcid}, another article than its name says`;
  if (typeof fullText !== 'string') return '"fullText" is missing';
  if (!Array.isArray(types) || !types.every(isLabel)) return '"types" does not list types of annotations';
  if (!Array.isArray(annotations)) return '"annotations" is not a list';
  return undefined;
}

/** The annotations in a list, and how many of its values are not annotations. */
function usableAnnotations(list: readonly unknown[]): {
  annotations: Annotation[];
  damagedAnnotations: number;
} {
  const annotations = list.filter(isAnnotation);
  return { annotations, damagedAnnotations: list.length - annotations.length };
}

/** Whether a value has the required fields of an annotation, and all its known fields are of the right type. */
export function isAnnotation(value: unknown): value is Annotation {
  const annotation = fieldsOf(value);
  return (
    REQUIRED.every((field) => typeof annotation[field] === 'string') &&
    OPTIONAL.every((field) => annotation[field] == null || typeof annotation[field] === 'string') &&
    areTags(annotation.tags)
  );
}
const REQUIRED = ['exact', 'type'];
const OPTIONAL = ['prefix', 'postfix', 'id', 'section', 'provider', 'fileName'];

/** Ontology terms, which some providers leave out. */
function areTags(tags: unknown): boolean {
  if (tags == null) return true;
  const isText = (value: unknown) => value == null || typeof value === 'string';
  return Array.isArray(tags) && tags.every((tag) => tag && isText(tag.name) && isText(tag.uri));
}
