import type { DurableStore, StoreExpectation, StoreOperation } from '../../src/store/durable-store.ts';

/** Who writes at the same time, each its own keys. */
export const WRITERS = ['a', 'b', 'c', 'd'] as const;

/** Long enough together that the database moves from one log file to the next during a test. */
const FILLER_BYTES = 30_000;

const [LEFT, RIGHT, ODD] = ['left', 'right', 'odd'];

/** The number and a filler whose length and bytes come of it. */
function fillerOf(count: number): Uint8Array {
  const value = new Uint8Array(4 + ((count * 7919) % FILLER_BYTES)).fill(count);
  new DataView(value.buffer).setUint32(0, count);
  return value;
}

/** The number in a value, if it is whole. */
function numberIn(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const count = new DataView(value.buffer).getUint32(0);
  if (Buffer.compare(value, fillerOf(count)) !== 0) throw new Error(`the value of ${count} is not whole`);
  return count;
}

/**
 * Sets the count of a writer, twice; an entry comes with every odd count and goes with every even one. It expects what
 * is there.
 */
export async function nextCommit(
  store: DurableStore,
  writer: string,
  count: number,
): Promise<{ operations: StoreOperation[]; expect: StoreExpectation[] }> {
  const keys = [LEFT, RIGHT, ODD].map((name) => `${writer}/${name}`) as [string, string, string];
  const seen = await Promise.all(keys.map((key) => store.get(key)));
  const value = fillerOf(count);
  return {
    operations: [
      { type: 'put', key: keys[0], value },
      { type: 'put', key: keys[1], value },
      count % 2 === 1 ? { type: 'put', key: keys[2], value } : { type: 'delete', key: keys[2] },
    ],
    expect: keys.map((key, at) => ({ key, version: seen[at]?.version })),
  };
}

/** The count of a writer. @throws Error if its commit is there by half. */
export async function countIn(store: DurableStore, writer: string): Promise<number> {
  const [left, right, odd] = await Promise.all(
    [LEFT, RIGHT, ODD].map(async (name) => numberIn((await store.get(`${writer}/${name}`))?.value)),
  );
  const expected = (left as number) % 2 === 1 ? left : 0;
  if (left !== right || odd !== expected) throw new Error(`half a commit: ${left}, ${right}, ${odd}`);
  return left as number;
}
