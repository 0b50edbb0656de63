/**
 * Values to look through a part at a time: each `next` goes on where the last one stopped, and begins again at the end.
 * Adding, deleting and looking on cost the same however many there are.
 */
export class Rounds<Value> {
  readonly #values: Value[] = [];
  readonly #places = new Map<Value, number>();
  #next = 0;

  get size(): number {
    return this.#values.length;
  }

  add(value: Value): void {
    if (this.#places.has(value)) return;
    this.#places.set(value, this.#values.length);
    this.#values.push(value);
  }

  /** The last value takes the place of the one that goes. */
  delete(value: Value): void {
    const place = this.#places.get(value);
    if (place === undefined) return;
    this.#places.delete(value);
    const last = this.#values.pop() as Value;
    if (last === value) return;
    this.#values[place] = last;
    this.#places.set(last, place);
  }

  /** The next values in turn, at most `count` and none twice. They may be deleted then. */
  next(count: number): Value[] {
    const { length } = this.#values;
    if (this.#next >= length) this.#next = 0;
    const part = this.#values.slice(this.#next, this.#next + count);
    const rest = Math.min(count, length) - part.length;
    this.#next += part.length;
    if (rest === 0) return part;
    this.#next = rest;
    return part.concat(this.#values.slice(0, rest));
  }
}
