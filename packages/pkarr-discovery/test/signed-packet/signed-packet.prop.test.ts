import { equalBytes } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { DiscoveryError, encodeDnsMessage, parseSignedPacket, signedPacketPayload } from '../../src/index.ts';
import { flipped } from '../bytes.ts';
import { messages, mutated } from '../messages.ts';
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

  it('[F3] never accepts any of 10 000 mutated packets, nor one with a flipped bit', async () => {
    const codes = new Set<string>();
    const payloads = await signedPayloads(50);
    const payload = fc.constantFrom(...payloads);
    fc.assert(
      fc.property(payload, fc.nat(), mutated(payload), (whole, bit, other) => {
        codes.add(outcome(flipped(whole, bit % (8 * whole.length))));
        // Changes can put in what they cut out.
        if (!payloads.some((one) => equalBytes(one, other))) codes.add(outcome(other));
      }),
      { numRuns: effort(10_000) },
    );
    expect([...codes].sort()).toEqual(['DISCOVERY_BAD_SIGNATURE', 'DISCOVERY_WRONG_LENGTH']);
  });

  it('[F3] makes a packet or a listed code of each of 10 000 mutated messages that its key signs', async () => {
    expect(await outcomesOf(mutated(messages), 10_000)).toEqual(OF_SIGNED);
  });

  it('[F3] makes a packet or a listed code of any message that its key signs', async () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 1_010 }),
      fc.uint8Array({ minLength: 12, maxLength: 60 }),
      messages,
    );
    expect(await outcomesOf(any, 2_000)).toEqual(OF_SIGNED);
  });
});

const OF_SIGNED = ['DISCOVERY_BAD_MESSAGE', 'DISCOVERY_WRONG_LENGTH', 'packet'];

/** What many messages come to that the key of the packet signs. */
async function outcomesOf(signed: fc.Arbitrary<Uint8Array>, cases: number): Promise<string[]> {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(signed, async (message) => {
      seen.add(outcome(await signedPayload(signer, 1n, message)));
    }),
    { numRuns: effort(cases) },
  );
  return [...seen].sort();
}

/** The payloads of packets of every kind. */
function signedPayloads(count: number): Promise<Uint8Array[]> {
  const packets = fc.sample(fc.tuple(timestamps, messages), count);
  return Promise.all(packets.map(([timestamp, message]) => signedPayload(signer, timestamp, message)));
}
