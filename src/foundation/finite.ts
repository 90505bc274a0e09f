/** Whether no number of a list is NaN or infinite. */
export function areFinite(numbers: Float32Array | Float64Array): boolean {
  // The products are 0, or NaN, which stays in the sum: several times as fast as a test of each number.
  let sum = 0;
  for (let index = 0; index < numbers.length; index++) sum += numbers[index] * 0;
  return sum === 0;
}
