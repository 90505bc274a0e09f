/** A growing list of 32-bit numbers, four bytes each. */
export class Numbers {
  #data = new Uint32Array(1 << 10);
  length = 0;

  constructor(...first: number[]) {
    for (const value of first) this.push(value);
  }

  /** Appends a number and returns its index. */
  push(value: number): number {
    if (this.length === this.#data.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length] = value;
    return this.length++;
  }

  at(place: number): number {
    return this.#data[place];
  }

  set(place: number, value: number): void {
    this.#data[place] = value;
  }

  slice(start: number, end: number): Uint32Array {
    return this.#data.subarray(start, end);
  }
}
