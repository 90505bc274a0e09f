import { basename } from 'node:path';
import { fieldsOf, InputError, isLabel, readJsonObject } from '../foundation';

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
  /** The supplementary file that holds the mention, which is then not in the article itself. */
  fileName?: string;
}

/** What a collection keeps of an article: one file `articles/<PMCID>.json`. */
export interface CollectedArticle {
  pmcid: string;
  source: string;
  /** The types of annotations that were asked for; one that is not in it is unknown here. */
  types: string[];
  /** JATS XML. */
  fullText: string;
  /** Annotations that can be kept. Those with `fileName` are among them: `preprocess` leaves them out. */
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
 * Reads one stored article. One damaged annotation costs that annotation, never the article.
 *
 * @throws InputError if the file is not what a collection writes, or holds another article than its name says
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
