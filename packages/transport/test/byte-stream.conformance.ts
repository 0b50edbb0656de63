import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../src/byte-stream.ts';
import { codeOf, pattern } from './bytes.ts';

/** Two ends of one connection, and the way to tear all down. */
export interface StreamPair {
  readonly left: ByteStream;
  readonly right: ByteStream;
  dispose(): Promise<void>;
}

async function readExactly(stream: ByteStream, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const chunk = await stream.read();
    if (chunk === undefined) throw new Error(`ended after ${filled} bytes`);
    expect(chunk.length).toBeGreaterThan(0);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}

/** What every `ByteStream` owes its user; each adapter runs it. */
export function byteStreamConformance(name: string, connect: () => Promise<StreamPair>): void {
  const check = (title: string, work: (pair: StreamPair) => Promise<void>): void => {
    it(title, async () => {
      const pair = await connect();
      try {
        await work(pair);
      } finally {
        await pair.dispose();
      }
    });
  };

  describe(`ByteStream over ${name}`, () => {
    check('carries bytes both ways, in order', async ({ left, right }) => {
      await left.write(pattern(10));
      await right.write(pattern(20));
      await left.write(pattern(3));
      expect(await readExactly(right, 13)).toEqual(Uint8Array.of(...pattern(10), ...pattern(3)));
      expect(await readExactly(left, 20)).toEqual(pattern(20));
    });

    check('gives plain arrays, whose slices are copies', async ({ left, right }) => {
      await left.write(pattern(4));
      expect((await right.read())?.constructor).toBe(Uint8Array);
    });

    check('carries more than any buffer holds', async ({ left, right }) => {
      const bytes = pattern(1_000_000);
      const [, received] = await Promise.all([left.write(bytes), readExactly(right, bytes.length)]);
      expect(Buffer.compare(received, bytes)).toBe(0);
    });

    check('holds a writer up while the peer does not read', async ({ left, right }) => {
      const piece = new Uint8Array(1_000_000);
      let written = 0;
      const writing = (async () => {
        for (let turn = 0; turn < 40; turn++) {
          await left.write(piece);
          written += 1;
        }
      })();
      const first = await right.read();
      // 40 MB do not fit into any buffer on the way, so the writer comes to a halt.
      for (
        let quiet = 0, before = written;
        quiet < 500 && written < 40;
        quiet = written === before ? quiet + 1 : 0
      ) {
        before = written;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(written).toBeLessThan(40);
      await readExactly(right, 40 * piece.length - (first?.length ?? 0));
      await writing;
    });

    check('ends cleanly after what was written, every time it is asked', async ({ left, right }) => {
      await left.write(pattern(5));
      await left.close();
      expect(await readExactly(right, 5)).toEqual(pattern(5));
      expect(await right.read()).toBeUndefined();
      expect(await right.read()).toBeUndefined();
    });

    check('can be closed twice and aborted after', async ({ left }) => {
      await left.close();
      await left.close();
      left.abort();
      left.abort();
      await left.closed;
    });

    check('rejects what is outstanding when it is aborted, and what comes after', async ({ left }) => {
      const reading = codeOf(left.read());
      left.abort();
      expect(await reading).toBe('TRANSPORT_CONNECTION_LOST');
      expect(await codeOf(left.read())).toBe('TRANSPORT_CONNECTION_LOST');
      expect(await codeOf(left.write(pattern(1)))).toBe('TRANSPORT_CONNECTION_LOST');
      await left.closed;
    });

    check('releases a stalled writer when the peer aborts', async ({ left, right }) => {
      const writing = codeOf(
        (async () => {
          for (let turn = 0; turn < 40; turn++) await left.write(new Uint8Array(1_000_000));
        })(),
      );
      await right.read();
      right.abort();
      expect(await writing).toBe('TRANSPORT_CONNECTION_LOST');
    });

    check('has one read outstanding', async ({ left, right }) => {
      const first = left.read();
      await expect(left.read()).rejects.toThrow(TypeError);
      await right.write(pattern(2));
      expect(await first).toEqual(pattern(2));
    });
  });
}
