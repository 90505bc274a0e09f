/**
 * Splits a batch into parts with nearly equal numbers of tokens and windows of similar length: by descending length, back and
 * forth. Parts are empty if there are fewer windows.
 */
export function deal<Example extends { inputIds: Int32Array }>(
  batch: readonly Example[],
  hands: number,
): Example[][] {
  const dealt = Array.from({ length: hands }, (): Example[] => []);
  const byLength = [...batch].sort((one, other) => other.inputIds.length - one.inputIds.length);
  byLength.forEach((example, index) => {
    const round = Math.floor(index / hands);
    const place = index % hands;
    dealt[round % 2 === 0 ? place : hands - 1 - place].push(example);
  });
  return dealt;
}
