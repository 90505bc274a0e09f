import { describeJson } from '../../foundation';
import { damaged } from '../stored-tensor';
import {
  type Budget,
  newState,
  type PickleMeanings,
  pop,
  popSeveral,
  popToMark,
  recall,
  type State,
  spend,
  take,
  takeLine,
  takeText,
  takeUnsigned,
  takeWhole,
  top,
} from './pickle-machine';
import { isDictionary, isKind, type PickleDictionary, type PickleValue, refused } from './pickle-values';

/**
 * Reads one pickle (protocols 2 to 5) without running anything: no name is looked up, no object is made, and operations that
 * pickles of tensors do not need are refused.
 *
 * A pickle is a program for a stack machine; Python's Lib/pickletools.py describes its operations. Each takes at least one byte and
 * is executed once, and values are shared, not copied; what a call goes through counts as operations, too. So time and memory are
 * linear in the bytes.
 *
 * @param budget what is left of it for all pickles of the file
 * @returns the value, and the position after the pickle
 * @throws InputError for anything else in it, by its name, and for a damaged pickle
 */
export function readPickle(
  bytes: Buffer,
  start: number,
  meanings: PickleMeanings,
  budget: Budget,
  path: string,
): { value: PickleValue; end: number } {
  const state = newState(bytes, start, meanings, budget, path);
  for (;;) {
    spend(state, 1);
    const code = take(state, 1)[0];
    if (code === STOP) return { value: pop(state), end: state.position };
    const operation = OPERATIONS.get(code);
    if (!operation) throw refused(path, REFUSED[code] ?? `the unknown pickle operation ${code}`);
    operation(state);
  }
}

const STOP = 0x2e;

type Operation = (state: State) => void;

const put =
  (value: PickleValue): Operation =>
  ({ stack }) => {
    stack.push(value);
  };

const OPERATIONS: ReadonlyMap<number, Operation> = new Map([
  [0x80, takeProtocol],
  [0x95, (state) => void take(state, 8)], // frame: a hint for reading
  // Plain values.
  [code('N'), put(null)],
  [0x88, put(true)],
  [0x89, put(false)],
  [code('K'), (state) => state.stack.push(takeUnsigned(state, 1))],
  [code('M'), (state) => state.stack.push(takeUnsigned(state, 2))],
  [code('J'), (state) => state.stack.push(take(state, 4).readInt32LE())],
  [code('G'), (state) => state.stack.push(take(state, 8).readDoubleBE())],
  [0x8a, (state) => state.stack.push(takeWhole(state, takeUnsigned(state, 1)))],
  [0x8b, (state) => state.stack.push(takeWhole(state, takeUnsigned(state, 4)))],
  ...[
    [0x8c, 1] as const, // short text
    [code('X'), 4] as const,
    [0x8d, 8] as const,
    [code('U'), 1] as const, // text of Python 2
    [code('T'), 4] as const,
  ].map(([own, size]): [number, Operation] => [own, (state) => state.stack.push(takeText(state, size))]),
  ...[[code('C'), 1] as const, [code('B'), 4] as const, [0x8e, 8] as const].map(
    ([own, size]): [number, Operation] => [
      own,
      (state) => state.stack.push(take(state, takeUnsigned(state, size))),
    ],
  ),
  // Lists, tuples and dictionaries.
  [code('('), ({ marks, stack }) => void marks.push(stack.length)],
  [code(')'), ({ stack }) => stack.push([])],
  [code(']'), ({ stack }) => stack.push([])],
  [code('}'), ({ stack }) => stack.push(new Map())],
  [code('t'), (state) => state.stack.push(popToMark(state))],
  [0x85, (state) => state.stack.push(popSeveral(state, 1))],
  [0x86, (state) => state.stack.push(popSeveral(state, 2))],
  [0x87, (state) => state.stack.push(popSeveral(state, 3))],
  [code('a'), (state) => append(state, popSeveral(state, 1))],
  [code('e'), (state) => append(state, popToMark(state))],
  [code('s'), (state) => setItems(state, popSeveral(state, 2))],
  [code('u'), (state) => setItems(state, popToMark(state))],
  // The memo.
  [code('q'), (state) => void state.memo.set(takeUnsigned(state, 1), top(state))],
  [code('r'), (state) => void state.memo.set(takeUnsigned(state, 4), top(state))],
  [0x94, (state) => void state.memo.set(state.memo.size, top(state))],
  [code('h'), (state) => recall(state, takeUnsigned(state, 1))],
  [code('j'), (state) => recall(state, takeUnsigned(state, 4))],
  // Names, calls and persistent ids.
  [code('c'), (state) => pushName(state, takeLine(state), takeLine(state))],
  [
    0x93,
    (state) => {
      const [module, name] = popSeveral(state, 2);
      pushName(state, module, name);
    },
  ],
  [
    code('i'),
    (state) => {
      throw refused(state.path, `an object of ${describeJson(`${takeLine(state)}.${takeLine(state)}`)}`);
    },
  ],
  [code('R'), call],
  [code('Q'), (state) => state.stack.push(state.meanings.persistent(pop(state)))],
  [code('b'), build],
]);

/** Operations that exist in Python, by what they put into a pickle. */
const REFUSED: Record<number, string> = {
  ...Object.fromEntries([code('o'), 0x81, 0x92].map((own) => [own, 'an object of a class'])),
  ...Object.fromEntries(
    [0x82, 0x83, 0x84].map((own) => [own, 'an extension code, which stands for a class']),
  ),
  ...Object.fromEntries([0x8f, 0x90, 0x91].map((own) => [own, 'a set'])),
  ...Object.fromEntries([0x96, 0x97, 0x98].map((own) => [own, 'a buffer of bytes'])),
  ...Object.fromEntries(['0', '1', '2'].map((own) => [code(own), 'an operation on the stack'])),
  ...Object.fromEntries([...'PILFSVldgp'].map((own) => [code(own), 'a pickle of protocol 0 or 1'])),
};

function code(letter: string): number {
  return letter.charCodeAt(0);
}

function takeProtocol(state: State): void {
  const protocol = takeUnsigned(state, 1);
  if (protocol < 2 || protocol > 5) throw refused(state.path, `a pickle of protocol ${protocol}`);
}

function append(state: State, items: readonly PickleValue[]): void {
  const list = top(state);
  if (!Array.isArray(list)) throw damaged(state.path, 'its pickle appends to something that is not a list');
  for (const item of items) list.push(item);
}

function setItems(state: State, items: readonly PickleValue[]): void {
  const dictionary = top(state);
  if (!isDictionary(dictionary) || items.length % 2 > 0)
    throw damaged(state.path, 'its pickle sets entries of something that is not a dictionary');
  for (let place = 0; place < items.length; place += 2)
    setItem(dictionary, items[place], items[place + 1], state.path);
}

export function setItem(
  dictionary: PickleDictionary,
  key: PickleValue,
  value: PickleValue,
  path: string,
): void {
  if (dictionary.has(key)) throw damaged(path, `it names ${describeKey(key)} twice`);
  dictionary.set(key, value);
}

const describeKey = (key: PickleValue) => (typeof key === 'string' ? describeJson(key) : 'a key');

function pushName(state: State, module: PickleValue, name: PickleValue): void {
  if (typeof module !== 'string' || typeof name !== 'string')
    throw damaged(state.path, 'its pickle has a name that is not text');
  state.stack.push(state.meanings.nameOf(`${module}.${name}`));
}

function call(state: State): void {
  const [called, list] = popSeveral(state, 2);
  if (!isKind(called, 'name') || !Array.isArray(list))
    throw damaged(state.path, 'its pickle calls something that is not a function');
  // A list may be that of many calls, or an argument in it, and each call goes through it.
  spend(state, list.length);
  for (const value of list)
    spend(state, Array.isArray(value) ? value.length : isDictionary(value) ? value.size : 0);
  state.stack.push(state.meanings.call(called.name, list));
}

/** Attributes of a dictionary or tensor, such as the versions of the modules that a state dict belongs to, change no weights. */
function build(state: State): void {
  pop(state);
  const changed = top(state);
  if (!isDictionary(changed) && !isKind(changed, 'tensor'))
    throw refused(state.path, 'attributes of something that is neither a dictionary nor a tensor');
}
