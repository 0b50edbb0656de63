/** An item and when it came. */
export interface Dated<Item> {
  readonly item: Item;
  /** Unix milliseconds. */
  readonly atMs: number;
}

interface Place<Item> extends Dated<Item> {
  /** Tells items of the same time apart: first come, first out. */
  readonly turn: number;
}

function isBefore(left: Place<unknown>, right: Place<unknown>): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.turn < right.turn);
}

/**
 * Items by age, the oldest first, in whatever order they come: a clock may be set back in between, and one wrong date far
 * ahead must not keep everything that comes later from growing old.
 *
 * A binary heap: taking out costs the logarithm of the size, adding one comparison as long as time goes on.
 */
export class ExpiryQueue<Item> {
  readonly #heap: Place<Item>[] = [];
  #turn = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The oldest item, left in its place. */
  get oldest(): Dated<Item> | undefined {
    return this.#heap[0];
  }

  /** @param atMs Unix milliseconds; finite. */
  add(item: Item, atMs: number): void {
    const heap = this.#heap;
    const place: Place<Item> = { item, atMs, turn: this.#turn++ };
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Place<Item>;
      if (!isBefore(place, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = place;
  }

  /** Takes out the oldest item; `undefined` if there is none. */
  takeOldest(): Item | undefined {
    const heap = this.#heap;
    const oldest = heap[0];
    const last = heap.pop();
    if (last !== undefined && last !== oldest) this.#sink(last);
    return oldest?.item;
  }

  /** Puts a place in at the top, which is free, and lets it sink below all that are before it. */
  #sink(place: Place<Item>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, place)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = place;
  }
}
