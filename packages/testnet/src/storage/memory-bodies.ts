import { TestnetError } from '../errors.ts';
import type { BodyStore } from './body-store.ts';

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/**
 * Contents in memory.
 *
 * @param maximumBytes of all contents together, those being received included; inclusive.
 */
export function createMemoryBodies(maximumBytes: number): BodyStore {
  const bodies = new Map<string, readonly Uint8Array[]>();
  let next = 1;
  let used = 0;
  const free = (pieces: readonly Uint8Array[]): void => {
    used -= pieces.reduce((sum, { length }) => sum + length, 0);
  };
  return {
    async create() {
      const pieces: Uint8Array[] = [];
      return {
        async write(chunk) {
          if (used + chunk.length > maximumBytes) {
            throw new TestnetError('TESTNET_STORAGE_FULL', { what: 'byte', maximum: maximumBytes });
          }
          used += chunk.length;
          // A copy: pieces from the network are small views of large buffers, which they would keep alive.
          pieces.push(Uint8Array.from(chunk));
        },
        async keep() {
          const id = String(next);
          next += 1;
          bodies.set(id, pieces);
          return id;
        },
        async drop() {
          free(pieces.splice(0));
        },
      };
    },
    async open(id) {
      const pieces = bodies.get(id);
      if (pieces === undefined) return undefined;
      return {
        async *read() {
          yield* pieces;
        },
        readWhole: async () => joined(pieces),
        async close() {},
      };
    },
    async remove(id) {
      free(bodies.get(id) ?? []);
      bodies.delete(id);
    },
  };
}
