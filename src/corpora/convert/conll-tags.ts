import { InputError } from '../../foundation';

/** A tag with its place, for messages. */
export interface PlacedTag {
  tag: string;
  place: string;
}

/** An entity over words `first` to `last`, inclusive. */
export interface TaggedEntity {
  first: number;
  last: number;
  label: string;
}

type Prefix = 'O' | 'B' | 'I' | 'E' | 'S';

interface ReadTag {
  prefix: Prefix;
  label: string;
}

/** BILOU and BMES use other letters for the same prefixes. */
const PREFIX_OF: Record<string, Prefix> = { B: 'B', I: 'I', M: 'I', E: 'E', L: 'E', S: 'S', U: 'S' };

const PREFIXED = /^([BIMELSU])-(.+)$/;
const isOutside = (tag: string) => tag === 'O' || tag === '_';
const markedOf = (tags: readonly PlacedTag[]) => tags.filter(({ tag }) => !isOutside(tag));

/** Whether at least half of the tags of words in entities have a prefix. */
export function hasPrefixes(tags: readonly PlacedTag[]): boolean {
  const marked = markedOf(tags);
  return marked.length > 0 && 2 * marked.filter(({ tag }) => PREFIXED.test(tag)).length >= marked.length;
}

/** More distinct tags without a prefix are words or parts of speech from another column. */
const MOST_BARE_LABELS = 100;

/**
 * Returns the entities of each sentence, and the tagging scheme detected from all tags of a file: IOB1, IOB2, IOBES, BILOU, BMES,
 * IOE, IO, or types without a prefix, where adjacent equal types form one entity. An entity begins at B and S, after the end of
 * another, and where the label changes (Tjong Kim Sang and Buchholz 2000, as in conlleval).
 *
 * @param isPrefixed as `hasPrefixes` says of the whole file; sentences that `refuseOddTags` refuses are then left out
 * @throws InputError for tags of no known scheme
 */
export function entitiesOf(
  sentences: readonly (readonly PlacedTag[])[],
  isPrefixed: boolean,
): { entities: TaggedEntity[][]; scheme: string } {
  const tags = sentences.flat();
  const marked = markedOf(tags);
  if (!isPrefixed) refuseBare(marked, tags.length);
  const read = ({ tag }: PlacedTag): ReadTag => {
    if (isOutside(tag)) return { prefix: 'O', label: '' };
    if (!isPrefixed) return { prefix: 'I', label: tag };
    const [, letter, label] = PREFIXED.exec(tag)!;
    return { prefix: PREFIX_OF[letter], label };
  };
  const starts = { early: 0, late: 0, repeated: 0 };
  const entities = sentences.map((sentence) => entitiesOfSentence(sentence.map(read), starts));
  const letters = new Set(marked.map(({ tag }) => tag[0]));
  return { entities, scheme: isPrefixed ? schemeOf(letters, starts) : 'types without a prefix' };
}

/**
 * Numbers of entities that begin with I- (`early`), with B- after one of the same label (`repeated`), with B- anywhere else
 * (`late`).
 */
interface Starts {
  early: number;
  late: number;
  repeated: number;
}

function entitiesOfSentence(tags: readonly ReadTag[], starts: Starts): TaggedEntity[] {
  const entities: TaggedEntity[] = [];
  let previous: ReadTag = { prefix: 'O', label: '' };
  tags.forEach((tag, word) => {
    const { prefix, label } = tag;
    const goesOn = (previous.prefix === 'B' || previous.prefix === 'I') && previous.label === label;
    if (prefix === 'I' || prefix === 'E') {
      if (goesOn) entities[entities.length - 1].last = word;
      else {
        entities.push({ first: word, last: word, label });
        starts.early++;
      }
    } else if (prefix !== 'O') {
      entities.push({ first: word, last: word, label });
      if (goesOn) starts.repeated++;
      else starts.late++;
    }
    previous = tag;
  });
  return entities;
}

function schemeOf(letters: ReadonlySet<string>, { early, late, repeated }: Starts): string {
  const has = (some: string) => [...some].some((letter) => letters.has(letter));
  const exceptions = early > 0 ? `, ${early} of whose entities begin without B` : '';
  if (has('LU')) return `BILOU${exceptions}`;
  if (has('M')) return `BMES${exceptions}`;
  if (has('ES') && has('BS')) return `IOBES${exceptions}`;
  if (has('E')) return 'IOE';
  if (!has('B')) return 'IO';
  if (early === 0) return 'IOB2';
  return late === 0 && repeated > 0 ? 'IOB1' : `IOB2${exceptions}`;
}

const MEND = 'choose the column of the tags with --column, from 1';

/** Prefixes without a label, with or without a separator. */
const NO_LABEL = /^[BIMELSU][-_./:]?$/;

/** Prefixes that are written otherwise: in small letters, with another separator, or behind the label. */
const OTHER_PREFIXES = [/^[bimelsu][-_./:].|^o$/, /^[BIMELSU][_./:]./, /.[-_./:][BIMELSU]$/] as const;

/** Checks one sentence of a file whose tags have prefixes. @throws InputError for a tag without a prefix or a label */
export function refuseOddTags(tags: readonly PlacedTag[]): void {
  const marked = markedOf(tags);
  refuseWithoutLabel(marked);
  const odd = marked.find(({ tag }) => !PREFIXED.test(tag));
  if (odd)
    throw new InputError(
      `${odd.place}: the tag "${odd.tag.slice(0, 60)}" has no prefix, unlike others in the file; write O, or a prefix such as B or I, a dash and a label, or ${MEND}`,
    );
}

function refuseBare(marked: readonly PlacedTag[], words: number): void {
  if (marked.length === 0) return;
  refuseWithoutLabel(marked);
  const [{ tag, place }] = marked;
  if (OTHER_PREFIXES.some((form) => marked.every((one) => form.test(one.tag))))
    throw new InputError(
      `${place}: the tag "${tag.slice(0, 60)}" has a prefix of another form; write O, or B or I in capitals, a dash and a label, such as B-Name`,
    );
  const labels = new Set(marked.map((one) => one.tag));
  if (labels.size > MOST_BARE_LABELS)
    throw new InputError(
      `${place}: the column of tags has ${labels.size} different values, such as "${tag.slice(0, 60)}", and no prefixes; ${MEND}`,
    );
  if (marked.length === words)
    throw new InputError(
      `${place}: no tag of the file is O or has a prefix, so "${tag.slice(0, 60)}" and the others may not be labels of entities; write O for words outside entities, or ${MEND}`,
    );
}

function refuseWithoutLabel(marked: readonly PlacedTag[]): void {
  const bare = marked.find(({ tag }) => NO_LABEL.test(tag));
  if (bare) throw new InputError(`${bare.place}: the tag "${bare.tag}" has no label; add one: B-Name`);
}
