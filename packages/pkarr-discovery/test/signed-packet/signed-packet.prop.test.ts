import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { DiscoveryError, encodeDnsMessage, parseSignedPacket, signedPacketPayload } from '../../src/index.ts';
import { flipped } from '../bytes.ts';
import { packetOf, signedPayload } from '../packets.ts';
import { records } from '../records.ts';
import { numbered } from '../signers.ts';

const signer = numbered(3);
const timestamps = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** What parsing comes to; a refusal must have a listed code. */
function outcome(payload: Uint8Array): string {
  try {
    parseSignedPacket(signer.publicKey, payload);
    return 'packet';
  } catch (error) {
    if (error instanceof DiscoveryError) return error.code;
    throw error;
  }
}

describe('parseSignedPacket', () => {
  it('[I3] inverts signing, for any timestamp and records', async () => {
    await fc.assert(
      fc.asyncProperty(timestamps, fc.array(records, { maxLength: 2 }), async (timestamp, list) => {
        const packet = await packetOf(signer, timestamp, encodeDnsMessage(list));
        expect(packet.records).toEqual(list);
        expect(packet.timestamp).toBe(timestamp);
        expect(parseSignedPacket(signer.publicKey, signedPacketPayload(packet))).toEqual(packet);
      }),
      { numRuns: effort(200) },
    );
  });

  it('[F3] never accepts a payload with a flipped bit, or with bytes cut off or put on', async () => {
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        timestamps,
        fc.array(records, { maxLength: 2 }),
        fc.nat(),
        fc.integer({ min: -20, max: 20 }),
        async (timestamp, list, bit, more) => {
          const payload = await signedPayload(signer, timestamp, encodeDnsMessage(list));
          codes.add(outcome(flipped(payload, bit % (8 * payload.length))));
          const resized = new Uint8Array(Math.max(payload.length + more, 0));
          resized.set(payload.subarray(0, resized.length));
          if (more !== 0) codes.add(outcome(resized));
        },
      ),
      { numRuns: effort(400) },
    );
    expect([...codes].sort()).toEqual(['DISCOVERY_BAD_SIGNATURE', 'DISCOVERY_WRONG_LENGTH']);
  });

  it('[F3] makes a packet or a listed code of any message its key signs', async () => {
    const seen = new Set<string>();
    const messages = fc.oneof(
      fc.uint8Array({ maxLength: 1_010 }),
      fc.uint8Array({ minLength: 12, maxLength: 60 }),
      fc.array(records, { maxLength: 2 }).map(encodeDnsMessage),
    );
    await fc.assert(
      fc.asyncProperty(messages, async (message) => {
        seen.add(outcome(await signedPayload(signer, 1n, message)));
      }),
      { numRuns: effort(400) },
    );
    expect([...seen].sort()).toEqual(['DISCOVERY_BAD_MESSAGE', 'DISCOVERY_WRONG_LENGTH', 'packet']);
  });
});
