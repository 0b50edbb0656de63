import { describe, expect, it } from 'vitest';
import { keyStateText } from '../../src/keys/key-state-text.ts';

const noiseKey = new Uint8Array(32).fill(0xf9);
const replacedAtMs = Date.UTC(2026, 10, 28, 19);

describe('keyStateText', () => {
  it('says of a key that has replaced another one which one, and when [F1]', () => {
    const text = keyStateText('rotated', { noiseKey, replacedAtMs }, replacedAtMs + 3 * 86_400_000);
    expect(text).toBe('verified (has replaced f9f9f9f9f9f9f9f9… on 2026-11-28 19:00 UTC (3 days ago))');
    expect(keyStateText('rotated', undefined, 0)).toBe('verified (has replaced another one)');
  });

  it('leaves the other states as they are', () => {
    expect(keyStateText('due', { noiseKey, replacedAtMs }, 0)).toBe('due');
  });
});
