import { leadingWords, plainValue, quotedString, referenceList } from './obo-syntax';
import type { OntologyTerm, SynonymScope } from './ontology';

const SCOPES: readonly string[] = ['EXACT', 'BROAD', 'NARROW', 'RELATED'] satisfies SynonymScope[];

/** Tags that older files write in place of `synonym` with a scope. */
const OLD_SYNONYMS: Record<string, SynonymScope | undefined> = {
  exact_synonym: 'EXACT',
  broad_synonym: 'BROAD',
  narrow_synonym: 'NARROW',
  related_synonym: 'RELATED',
};

/** A term while its stanza is read. */
export interface Draft extends OntologyTerm {
  isObsolete: boolean;
  hasDefinition: boolean;
}

export function emptyDraft(): Draft {
  return {
    id: '',
    name: '',
    namespace: '',
    definition: null,
    references: [],
    synonyms: [],
    alternativeIds: [],
    edges: [],
    lines: [],
    isObsolete: false,
    hasDefinition: false,
  };
}

/** Adds one line to a term; returns why it cannot be used, if so. */
export function addLine(draft: Draft, tag: string, value: string): string | undefined {
  switch (tag) {
    case 'id':
      if (draft.id !== '') return 'a second id in a term';
      [draft.id = ''] = leadingWords(value, 1);
      return undefined;
    case 'name':
      if (draft.name !== '') return 'a second name in a term';
      draft.name = plainValue(value);
      return undefined;
    case 'namespace':
      draft.namespace ||= plainValue(value);
      return undefined;
    case 'is_obsolete':
      draft.isObsolete = plainValue(value) === 'true';
      return undefined;
    case 'alt_id':
      draft.alternativeIds.push(...leadingWords(value, 1));
      return undefined;
    case 'is_a': {
      const [target] = leadingWords(value, 1);
      if (target === undefined) return 'an edge without a target';
      draft.edges.push({ relation: 'is_a', target });
      return undefined;
    }
    case 'relationship': {
      const [relation, target] = leadingWords(value, 2);
      if (target === undefined) return 'an edge without a target';
      draft.edges.push({ relation, target });
      return undefined;
    }
    case 'def': {
      if (draft.hasDefinition) return 'a second definition of a term';
      draft.hasDefinition = true;
      const quoted = quotedString(value);
      if (!quoted) return 'a definition whose quotes are missing or not closed';
      if (quoted.text.trim() === '') return 'an empty definition';
      draft.definition = quoted.text;
      draft.references = referenceList(quoted.rest);
      return undefined;
    }
    default: {
      const scope = Object.hasOwn(OLD_SYNONYMS, tag) ? OLD_SYNONYMS[tag] : undefined;
      if (tag !== 'synonym' && !scope) return undefined; // a tag that is not read
      const quoted = quotedString(value);
      if (!quoted) return 'a synonym whose quotes are missing or not closed';
      draft.synonyms.push({ text: quoted.text, scope: scope ?? scopeOf(quoted.rest) });
      return undefined;
    }
  }
}

/** A synonym without a scope is a related one. */
function scopeOf(rest: string): SynonymScope {
  const [word] = leadingWords(rest, 1);
  return SCOPES.includes(word) ? (word as SynonymScope) : 'RELATED';
}
