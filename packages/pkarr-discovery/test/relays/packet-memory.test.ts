import { describe, expect, it } from 'vitest';
import { signPacket } from '../../src/index.ts';
import { PacketMemory } from '../../src/relays/packet-memory.ts';
import { filled } from '../bytes.ts';
import { text } from '../packets.ts';
import { numbered } from '../signers.ts';

describe('PacketMemory', () => {
  it('keeps the newest packet of a key', async () => {
    const memory = new PacketMemory(10);
    const [older, newer] = [await signPacket(numbered(1), [], 1n), await signPacket(numbered(1), [], 2n)];
    const larger = await signPacket(numbered(1), [text('a', 'b')], 2n);
    const newest = () => memory.of(numbered(1).publicKey).newest;
    const steps = [
      [older, older],
      [newer, newer],
      [older, newer],
      [larger, larger],
    ] as const;
    for (const [seen, wanted] of steps) {
      memory.see(seen);
      expect(newest()).toEqual(wanted);
    }
    for (const bytes of [larger.publicKey, larger.signature, larger.message]) bytes.fill(0);
    expect(newest()?.records).toEqual([text('a', 'b')]);
  });

  it('[F3] forgets the key that was asked for longest ago', () => {
    const memory = new PacketMemory(2);
    memory.of(filled(1)).held.set('relay', 1n);
    memory.of(filled(2)).held.set('relay', 2n);
    memory.of(filled(1));
    memory.of(filled(3));
    expect(memory.size).toBe(2);
    expect(memory.of(filled(1)).held.get('relay')).toBe(1n);
    expect(memory.of(filled(2)).held.get('relay')).toBeUndefined();
    for (let byte = 0; byte < 200; byte++) memory.of(filled(byte));
    expect(memory.size).toBe(2);
  });

  it('holds one key at least', () => {
    for (const keys of [0, -1, Number.NaN]) expect(() => new PacketMemory(keys)).toThrow(RangeError);
  });
});
