/**
 * Shares a batch out so that all get nearly equally many tokens and each windows of similar length: by falling length, to and fro.
 * Hands stay empty where there are fewer windows.
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
