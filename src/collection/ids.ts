/**
 * Normalizes an id to the form of the manifest: `PMC3320746` (full text in PubMed Central) or `MED:22536497` (PubMed).
 *
 * Accepts all common notations: `PMC3320746`, `PMC:3320746`, `PMC:PMC3320746`, `MED:22536497`,
 * `MED/22536497`, in either case; undefined for anything else.
 */
export function normalizedId(written: string): string | undefined {
  const [, source, number] = /^\s*(PMC|MED)(?:[:/](?:PMC)?)?0*([1-9]\d{0,11})\s*$/i.exec(written) ?? [];
  if (source === undefined) return undefined;
  if (source.toUpperCase() === 'PMC') return `PMC${number}`;
  // "MED22536497" is not a known notation, and "MED:PMC…" is a contradiction.
  return /^\s*MED[:/]\d/i.test(written) ? `MED:${number}` : undefined;
}

/** Whether it is a PMCID as in manifests and file names. Today's have at most 8 digits. */
export function isPmcid(id: unknown): id is string {
  return typeof id === 'string' && /^PMC[1-9]\d{0,11}$/.test(id);
}
