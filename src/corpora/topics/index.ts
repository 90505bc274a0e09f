/**
 * Topics: abstracts of papers labelled with their research domain, the Web of Science set.
 *
 * In: a folder as published, or nothing. Out: labelled texts, their counts, and where they come from: the caller's folder, the mirror or the
 * sample of the package. May touch: the given folder, the mirror, the cache (reads).
 */
export { DOMAINS, type Domain } from './domains';
export { loadTopics, type Topics } from './load';
