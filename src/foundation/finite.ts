/** Returns whether a list contains neither NaN nor infinity. */
export function areFinite(numbers: Float32Array | Float64Array): boolean {
  // Each product is 0 or NaN, and NaN persists in the sum: several times as fast as testing each number.
  let sum = 0;
  for (let index = 0; index < numbers.length; index++) sum += numbers[index] * 0;
  return sum === 0;
}
