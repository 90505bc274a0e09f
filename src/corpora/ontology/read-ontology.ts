import { InputError, printable } from '../../foundation';
import { findCycle } from './find-cycle';
import { logicalLines } from './obo-lines';
import { plainValue } from './obo-syntax';
import { Omissions } from './omissions';
import type { Ontology, OntologyEdge, OntologyTerm } from './ontology';
import { addLine, type Draft, emptyDraft } from './term-draft';

/** Characters of a line shown in a message. */
const LONGEST_SHOWN = 60;

/**
 * Reads an ontology in OBO (The OBO Flat File Format Specification, versions 1.2 and 1.4), such as any release of the Gene Ontology.
 * Obsolete terms, `[Typedef]` and `[Instance]` stanzas are left out. Text in UTF-8 or UTF-16, also gzipped; the file is read as a
 * stream.
 *
 * What cannot be used is skipped, counted and named in `skipped`: a second term with the same id, an edge to a term that is not in
 * the file or is obsolete, a definition whose quote is not closed, a line without a value. A cycle of `is_a` is no error; `cycle` has
 * one, if there is any.
 *
 * @throws InputError for a file that cannot be read, is not OBO, or has no term in use
 * @example
 * ```ts
 * const { dataVersion, counts, terms } = readOntology('go-basic.obo');
 * dataVersion; // 'releases/2022-07-01'
 * counts.terms; // 43558
 * terms[0].edges; // [{ relation: 'is_a', target: 'GO:0048308' }, { relation: 'is_a', target: 'GO:0048311' }]
 * ```
 */
export function readOntology(file: string): Ontology {
  const omissions = new Omissions();
  const header = { dataVersion: null as string | null, defaultNamespace: '', ontology: '' };
  const drafts = new Map<string, Draft>();
  let opening: string | undefined;
  let obsolete = 0;
  let stanza: { draft: Draft; line: number } | 'header' | 'other' = 'header';

  const close = () => {
    if (typeof stanza === 'string') return;
    const { draft, line } = stanza;
    if (draft.id === '') omissions.add('a term without an id', `line ${line}`);
    else if (drafts.has(draft.id))
      omissions.add('a second term with the same id', `${draft.id} in line ${line}`);
    else {
      drafts.set(draft.id, draft);
      if (draft.isObsolete) obsolete++;
    }
  };

  for (const { text, number } of logicalLines(file)) {
    opening ??= text;
    if (text[0] === '[' && STANZA.test(text)) {
      close();
      stanza = text.startsWith('[Term]') ? { draft: emptyDraft(), line: number } : 'other';
      if (typeof stanza !== 'string') stanza.draft.lines.push(text);
      continue;
    }
    if (stanza === 'other') continue;
    const colon = text.indexOf(':');
    const tag = colon < 0 ? '' : text.slice(0, colon).trim();
    const value = text.slice(colon + 1).trim();
    if (stanza === 'header') {
      if (tag === 'data-version') header.dataVersion ??= plainValue(value) || null;
      else if (tag === 'default-namespace') header.defaultNamespace ||= plainValue(value);
      else if (tag === 'ontology') header.ontology ||= plainValue(value);
      continue;
    }
    stanza.draft.lines.push(text);
    const reason =
      tag === ''
        ? 'a line without a tag'
        : value === ''
          ? 'a tag without a value'
          : addLine(stanza.draft, tag, value);
    if (reason) omissions.add(reason, `line ${number}`);
  }
  close();

  if (drafts.size === 0) throw notObo(file, opening);
  if (drafts.size === obsolete)
    throw new InputError(
      `${file}: all of its terms (${obsolete}) are obsolete; give a release with terms in use`,
    );
  return { file, ...completed(drafts, obsolete, header, omissions) };
}

const STANZA = /^\[[A-Za-z]+\]/;

function completed(
  drafts: ReadonlyMap<string, Draft>,
  obsolete: number,
  {
    dataVersion,
    defaultNamespace,
    ontology,
  }: { dataVersion: string | null; defaultNamespace: string; ontology: string },
  omissions: Omissions,
): Omit<Ontology, 'file'> {
  const byId = new Map<string, OntologyTerm>();
  const merged = new Map<string, string>();
  for (const { isObsolete, hasDefinition, ...term } of drafts.values()) {
    if (isObsolete) continue;
    term.namespace ||= defaultNamespace || ontology;
    byId.set(term.id, term);
    for (const id of term.alternativeIds) merged.set(id, term.id);
  }
  const terms = [...byId.values()];
  for (const term of terms) {
    const seen = new Set<string>();
    term.edges = term.edges.flatMap(({ relation, target: named }): OntologyEdge[] => {
      const target = byId.has(named) ? named : merged.get(named);
      const place = `${term.id} ${relation} ${named}`;
      if (target === undefined) {
        const isObsolete = drafts.get(named)?.isObsolete === true;
        omissions.add(
          isObsolete ? 'an edge to an obsolete term' : 'an edge to a term that is not in the file',
          place,
        );
        return [];
      }
      const key = `${relation} ${target}`;
      if (seen.has(key)) {
        omissions.add('a repeated edge', place);
        return [];
      }
      seen.add(key);
      return [{ relation, target }];
    });
  }
  return {
    dataVersion,
    terms,
    byId,
    counts: {
      terms: terms.length,
      obsolete,
      withoutDefinition: terms.filter(({ definition }) => definition === null).length,
      byNamespace: tally(terms.map(({ namespace }) => namespace)),
      edges: byFrequency(tally(terms.flatMap(({ edges }) => edges.map(({ relation }) => relation)))),
    },
    skipped: omissions.list(),
    cycle: findCycle(terms, byId),
  };
}

/** Counts each value, in alphabetical order. */
function tally(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

const byFrequency = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([, one], [, other]) => other - one));

function notObo(file: string, opening: string | undefined): InputError {
  if (opening === undefined)
    return new InputError(`${file}: is empty; give an ontology in OBO, such as go-basic.obo`);
  const shown = printable(opening.slice(0, LONGEST_SHOWN));
  return new InputError(
    `${file}: begins with "${shown}" and has no [Term] stanza, so it is not an ontology in OBO; give the .obo file of a release`,
  );
}
