import { InputError, type Progress } from '../../foundation';
import type { LabelNetwork } from '../../nn';
import type { EncodedItem, Task } from '../../tasks';
import { haveSameTokenizer, joinWindows, Tokenizer } from '../../tokenization';
import type { Taught } from './objective';
import { teacherLogits } from './teacher-logits';
import { transferLogits } from './transfer';

/** How the tokens of a student compare with its teacher's, if they have different tokenizers. */
export interface Alignment {
  /** The student's tokens of all items. */
  tokens: number;
  /** Those with exactly the characters of one of the teacher's tokens. */
  same: number;
  /** Those that learn nothing from the teacher. */
  untaught: number;
}

export interface Teaching<Item> {
  items: readonly Item[];
  /** Whether layers are compared, token by token. */
  compareLayers: boolean;
  /** Names the configuration in errors. */
  place: string;
  progress: Progress;
}

/**
 * Adds a teacher's predictions to the student's examples of some items. Both may have different tokenizers: the teacher then reads
 * its own windows, cut to the student's maximum length, and its logits are transferred by characters. Where the windows of an item
 * have the same pieces, whatever their ids, they are taken as they are.
 *
 * @throws InputError if layers are compared and the pieces differ
 */
export async function teach<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  teacher: Network,
  student: Network,
  examples: readonly Example[],
  { items, compareLayers, place, progress }: Teaching<Item>,
): Promise<{ examples: Taught<Example>[]; alignment?: Alignment }> {
  if (haveSameTokenizer(teacher.source, student.source)) {
    const logits = await teacherLogits(teacher, examples, task.rows, progress);
    return { examples: examples.map((example, index) => ({ ...example, teacher: logits[index] })) };
  }
  const { maximumLength } = student.configuration;
  const own = await task.encode(items, new Tokenizer(student.source), student.configuration);
  const theirs = await task.encode(items, new Tokenizer(teacher.source), {
    ...teacher.configuration,
    maximumLength,
  });
  const agree = own.map((item, index) => haveSamePieces(item, theirs[index]));
  const differing = agree.filter((same) => !same).length;
  if (compareLayers && differing > 0)
    throw new InputError(
      `${place}: "hiddenWeight" and "relationWeight" compare layers token by token, but student and teacher split ${differing} of ${items.length} ${task.items} into different tokens; set both to 0, or choose a student with the teacher's word pieces`,
    );

  const windows = theirs.flatMap((item) => item.windows);
  const logits = await teacherLogits(teacher, windows, task.rows, progress);
  const tagSet = task.tagSet(teacher.configuration);
  const alignment: Alignment = { tokens: 0, same: 0, untaught: 0 };
  const taught: Taught<Example>[] = [];
  let window = 0;
  own.forEach(({ encoded, windows: mine }, index) => {
    const item = theirs[index];
    const scored = logits.slice(window, window + item.windows.length);
    window += item.windows.length;
    const next = () => examples[taught.length];
    if (!tagSet || agree[index]) {
      mine.forEach((_, place) => {
        const ids = compareLayers && { teacherIds: item.windows[place].inputIds };
        taught.push({ ...next(), teacher: scored[place], ...ids });
      });
      alignment.tokens += encoded.ids.length;
      alignment.same += encoded.ids.length;
      return;
    }
    const outputs = scored[0].length / item.windows[0].inputIds.length;
    const joined = joinWindows(item.windows, scored, outputs);
    const moved = transferLogits(joined, item.encoded, encoded, tagSet);
    for (const { inputIds, first, last } of mine) {
      const rows = new Float32Array(inputIds.length * outputs);
      const has = new Uint8Array(inputIds.length);
      rows.set(moved.logits.subarray(first * outputs, last * outputs), outputs); // after the special token
      has.set(moved.taught.subarray(first, last), 1);
      taught.push({ ...next(), teacher: rows, taught: has });
    }
    alignment.tokens += encoded.ids.length;
    alignment.same += moved.same;
    alignment.untaught += moved.taught.filter((one) => one === 0).length;
  });
  if (taught.length !== examples.length)
    throw new Error(`${taught.length} windows of the student were encoded for ${examples.length} examples`);
  return { examples: taught, ...(tagSet && { alignment }) };
}

/** Returns whether all windows of an item have the same pieces: tokens with the same characters, cut at the same places. */
function haveSamePieces(one: EncodedItem, other: EncodedItem): boolean {
  if (one.windows.length !== other.windows.length) return false;
  const cutsAgree = one.windows.every(({ inputIds, first, last }, index) => {
    const window = other.windows[index];
    return window.first === first && window.last === last && window.inputIds.length === inputIds.length;
  });
  if (!cutsAgree) return false;
  const { last } = one.windows[one.windows.length - 1];
  for (let token = 0; token < last; token++)
    if (
      one.encoded.starts[token] !== other.encoded.starts[token] ||
      one.encoded.ends[token] !== other.encoded.ends[token]
    )
      return false;
  return true;
}
