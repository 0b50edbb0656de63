import { describe, expect, it } from 'vitest';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { byteStreamConformance } from './byte-stream.conformance.ts';
import { codeOf, pattern } from './bytes.ts';

byteStreamConformance('memory', async () => {
  const [left, right] = memoryStreamPair();
  return {
    left,
    right,
    async dispose() {
      left.abort();
      right.abort();
    },
  };
});

describe('memoryStreamPair', () => {
  it('copies what is written', async () => {
    const [left, right] = memoryStreamPair();
    const bytes = pattern(4);
    await left.write(bytes);
    bytes.fill(0);
    expect(await right.read()).toEqual(pattern(4));
  });

  it('lets a peer write on when this end is closed', async () => {
    const [left, right] = memoryStreamPair({ bufferBytes: 1 });
    const stuck = right.write(pattern(10));
    await left.close();
    await stuck;
    await right.write(pattern(10));
    expect(await right.read()).toBeUndefined();
  });

  it('breaks both ends at once', async () => {
    const [left, right] = memoryStreamPair();
    const reading = codeOf(right.read());
    left.abort();
    expect(await reading).toBe('TRANSPORT_CONNECTION_LOST');
    expect(await codeOf(right.write(pattern(1)))).toBe('TRANSPORT_CONNECTION_LOST');
  });
});
