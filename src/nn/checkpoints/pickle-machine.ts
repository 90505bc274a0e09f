import { damaged } from '../stored-tensor';
import { type PickleValue, refused } from './pickle-values';

/** The largest encoders take about ten thousand; each costs at most some 200 bytes of memory. */
const MOST_OPERATIONS = 1_000_000;
const LONGEST_NAME = 1000;
/** Bytes of a whole number: PyTorch's magic number has ten. */
const LONGEST_NUMBER = 16;

/** Operations that may follow in the pickles of a file, together. */
export interface Budget {
  left: number;
}

export const newBudget = (): Budget => ({ left: MOST_OPERATIONS });

/** What the names, calls and persistent ids in a pickle stand for. Each throws InputError for what it does not know. */
export interface PickleMeanings {
  nameOf(name: string): PickleValue;
  call(name: string, list: readonly PickleValue[]): PickleValue;
  persistent(id: PickleValue): PickleValue;
}

/** The stack machine that a pickle is a program for. */
export interface State {
  bytes: Buffer;
  position: number;
  stack: PickleValue[];
  /** Heights of the stack at the open marks. */
  marks: number[];
  budget: Budget;
  memo: Map<number, PickleValue>;
  meanings: PickleMeanings;
  path: string;
}

export const newState = (
  bytes: Buffer,
  position: number,
  meanings: PickleMeanings,
  budget: Budget,
  path: string,
): State => ({ bytes, position, stack: [], marks: [], budget, memo: new Map(), meanings, path });

/** Counts operations, and ends a pickle when there have been too many. */
export function spend(state: State, operations: number): void {
  state.budget.left -= operations;
  if (state.budget.left < 0)
    throw damaged(state.path, `its pickle takes more than ${MOST_OPERATIONS} operations`);
}

export function take(state: State, length: number): Buffer {
  const { bytes, position, path } = state;
  if (length > bytes.length - position) throw damaged(path, 'its pickle ends in the middle');
  state.position += length;
  return bytes.subarray(position, position + length);
}

export function takeUnsigned(state: State, size: number): number {
  const bytes = take(state, size);
  // Beyond 2^53 the number is rounded, and far beyond any length.
  return size === 8 ? Number(bytes.readBigUInt64LE()) : bytes.readUIntLE(0, size);
}

export const takeText = (state: State, size: number): string =>
  take(state, takeUnsigned(state, size)).toString('utf8');

export function takeLine(state: State): string {
  const { bytes, position, path } = state;
  const end = bytes.subarray(position, position + LONGEST_NAME).indexOf('\n');
  if (end < 0) throw damaged(path, `its pickle has a name without end at byte ${position}`);
  return take(state, end + 1).toString('utf8', 0, end);
}

/** A whole number of any size, little-endian in two's complement. */
export function takeWhole(state: State, size: number): number | bigint {
  if (size > LONGEST_NUMBER) throw refused(state.path, `a whole number of ${size} bytes`);
  const bytes = take(state, size);
  const unsigned = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const value = BigInt.asIntN(8 * size, unsigned);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const tooFew = ({ path }: State) => damaged(path, 'its pickle reads from an empty stack');

export function popSeveral(state: State, count: number): PickleValue[] {
  const { stack, marks } = state;
  if (stack.length - count < (marks.at(-1) ?? 0)) throw tooFew(state);
  return stack.splice(stack.length - count);
}

export const pop = (state: State): PickleValue => popSeveral(state, 1)[0];

export function popToMark(state: State): PickleValue[] {
  const mark = state.marks.pop();
  if (mark === undefined) throw tooFew(state);
  return state.stack.splice(mark);
}

export function top(state: State): PickleValue {
  const { stack, marks } = state;
  if (stack.length === (marks.at(-1) ?? 0)) throw tooFew(state);
  return stack[stack.length - 1];
}

export function recall(state: State, index: number): void {
  const value = state.memo.get(index);
  if (value === undefined) throw tooFew(state);
  state.stack.push(value);
}
