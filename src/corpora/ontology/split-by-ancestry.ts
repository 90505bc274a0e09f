import { createRandom, InputError } from '../../foundation';
import type { Part } from '../parts';
import { intoTextParts, keyOfText, type TextSplit } from '../splits';
import { type DefinitionText, definitionTexts, labelledDefinitions } from './definitions';
import { parentsOf } from './graph';
import type { Ontology } from './ontology';

/** A split of definitions by sub-trees; `dev` is empty. */
export interface AncestrySplit extends TextSplit<DefinitionText> {
  /** The terms whose sub-trees are held out, in the order in which they were drawn; `terms` counts each one's whole sub-tree. */
  heldOut: { id: string; name: string; aspect: string; terms: number }[];
  /** Definitions in neither part. */
  leftOut: {
    /** In a held-out sub-tree, but with a parent outside of all, whose other children are in train. */
    between: number;
    /** Of train, word for word as in test. */
    repeated: number;
  };
}

/** Sizes of the sub-trees that are drawn, as fractions of the size of the test part. */
const LARGEST_TREE = 0.25;
const SMALLEST_TREE = 0.02;
/** Terms. In a small ontology, a quarter of the test part is less than a family: sub-trees of this size are drawn too. */
const SMALL_FAMILY = 10;

/**
 * Splits the definitions of an ontology so that no family of terms is on both sides. A random split puts siblings, whose definitions
 * differ in a word ("Catalysis of the reaction: …"), into train and test, and so measures memory.
 *
 * In each namespace, terms are drawn with the seed, and their whole sub-trees (all terms below by `is_a`) are held out, until the test
 * part has about its share. Terms of a held-out sub-tree that also have a parent outside of it, such as the drawn term itself, are in neither
 * part. So all parents of a test term are held out too: no `is_a` edge joins train and test, and no term of train has a parent in common
 * with a term of test.
 *
 * @param testShare fraction of the definitions of each namespace, between 0 and 0.5
 * @throws InputError if the share is out of range, or a namespace has no sub-tree small enough
 * @example
 * ```ts
 * const { train, test, heldOut, leftOut } = splitByAncestry(ontology, { testShare: 0.2, seed: 1 });
 * ```
 */
export function splitByAncestry(
  ontology: Ontology,
  { testShare, seed }: { testShare: number; seed: number },
): AncestrySplit {
  if (!(testShare > 0 && testShare <= 0.5))
    throw new InputError(
      `the share ${testShare} of the test part is not between 0 and 0.5; give 0.2, for example`,
    );
  const texts = labelledDefinitions(definitionTexts(ontology));
  const family = familyOf(ontology);
  const held = new HeldOut(family);
  const random = createRandom(seed);
  const heldOut: AncestrySplit['heldOut'] = [];
  const notices: string[] = [];
  for (const aspect of [...new Set(texts.map(({ labels: [label] }) => label))].sort()) {
    const own = texts.filter(({ labels: [label] }) => label === aspect);
    const target = testShare * own.length;
    const smallest = Math.max(2, SMALLEST_TREE * target);
    const largest = Math.max(LARGEST_TREE * target, Math.min(2 * target, SMALL_FAMILY));
    const candidates = ontology.terms.filter(({ id, namespace }) => {
      const size = family.sizes.get(id)!;
      return namespace === aspect && size >= smallest && size <= largest;
    });
    let reached = 0;
    for (const { id, name } of random.shuffle(candidates)) {
      if (held.has(id)) continue;
      held.add(id);
      heldOut.push({ id, name, aspect, terms: family.sizes.get(id)! });
      reached = own.filter((text) => held.isTest(text.id)).length;
      if (reached >= target) break;
    }
    if (reached === 0)
      throw new InputError(
        `${aspect}: no sub-tree fits a test share of ${testShare} of ${own.length} definitions; give a larger ontology, or a larger share`,
      );
    if (reached < target)
      notices.push(
        `${aspect}: all sub-trees of a fitting size have ${reached} definitions, fewer than its share.`,
      );
  }
  const testTexts = new Set(texts.filter(({ id }) => held.isTest(id)).map(({ text }) => keyOfText(text)));
  const leftOut = { between: 0, repeated: 0 };
  const parts = texts.map(({ id, text }): Part | undefined => {
    if (held.isTest(id)) return 'test';
    if (held.has(id)) leftOut.between++;
    else if (testTexts.has(keyOfText(text))) leftOut.repeated++;
    else return 'train';
    return undefined;
  });
  const split = intoTextParts(texts, parts);
  split.notices.push(
    ...notices,
    `${leftOut.between + leftOut.repeated} of ${texts.length} definitions are in neither part: ${leftOut.between} are in a held-out sub-tree with a parent outside, ${leftOut.repeated} of train repeat one of test.`,
  );
  return { ...split, heldOut, leftOut };
}

interface Family {
  /** By id, over `is_a`. */
  parents: ReadonlyMap<string, readonly string[]>;
  children: ReadonlyMap<string, readonly string[]>;
  /** Number of terms of each sub-tree, its root included. */
  sizes: ReadonlyMap<string, number>;
}

function familyOf({ terms }: Ontology): Family {
  const parents = new Map(terms.map((term) => [term.id, parentsOf(term)]));
  const children = new Map(terms.map(({ id }) => [id, [] as string[]]));
  const sizes = new Map(terms.map(({ id }) => [id, 0]));
  for (const { id } of terms) {
    for (const parent of parents.get(id)!) children.get(parent)!.push(id);
    const line = new Set([id]); // the term and its ancestors
    for (const member of line) for (const parent of parents.get(member)!) line.add(parent);
    for (const member of line) sizes.set(member, sizes.get(member)! + 1);
  }
  return { parents, children, sizes };
}

/** The terms of the held-out sub-trees. */
class HeldOut {
  /** Number of parents of each held-out term that are not held out. */
  readonly #outside = new Map<string, number>();

  constructor(readonly family: Family) {}

  has(id: string): boolean {
    return this.#outside.has(id);
  }

  /** Whether all parents of a held-out term are held out too. */
  isTest(id: string): boolean {
    return this.#outside.get(id) === 0;
  }

  /** Adds the sub-tree of a term that is not held out. */
  add(root: string): void {
    const { parents, children } = this.family;
    const added = new Set([root]);
    for (const id of added) for (const child of children.get(id)!) if (!this.has(child)) added.add(child);
    for (const id of added) {
      const outside = parents.get(id)!.filter((parent) => !this.has(parent) && !added.has(parent));
      this.#outside.set(id, outside.length);
    }
    for (const id of added)
      for (const child of children.get(id)!)
        if (!added.has(child)) this.#outside.set(child, this.#outside.get(child)! - 1);
  }
}
