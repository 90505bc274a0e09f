import { type Batch, padBatch } from './batch';

type Window = { inputIds: Int32Array };

/** Number of padded tokens per batch: large enough to keep two cores busy, small enough for any memory. */
const TOKENS_A_SCORING = 4096;

/**
 * Scores windows in batches of similar length.
 *
 * @param compute scores a batch; returns a function that gives the scores of one of its windows
 */
export async function scoreWindows(
  windows: readonly Window[],
  compute: (batch: Batch) => (row: number, length: number) => Float32Array,
): Promise<Float32Array[]> {
  const lengthOf = (index: number) => windows[index].inputIds.length;
  const byLength = windows.map((_, index) => index).sort((one, other) => lengthOf(one) - lengthOf(other));
  const scores = new Array<Float32Array>(windows.length);
  for (let start = 0; start < byLength.length; ) {
    let end = start + 1;
    while (end < byLength.length && (end + 1 - start) * lengthOf(byLength[end]) <= TOKENS_A_SCORING) end++;
    const indices = byLength.slice(start, end);
    const scoresOf = compute(padBatch(indices.map((index) => windows[index])));
    indices.forEach((index, row) => {
      scores[index] = scoresOf(row, lengthOf(index));
    });
    start = end;
    // Yields to progress displays and interrupts.
    await new Promise(setImmediate);
  }
  return scores;
}
