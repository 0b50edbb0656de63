import { concatBytes, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  compareSignedPackets,
  createRelaySet,
  encodeDnsMessage,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
  signPacket,
} from '../../src/index.ts';
import { signedBytes } from '../../src/signed-packet/signed-packet.ts';
import { ascii, bytes, filled, flipped, thrownBy } from '../bytes.ts';
import { filling, packetOf, signedPayload, text, uint64 } from '../packets.ts';
import { ModelStore } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const signer = numbered(1);
const other = numbered(2);
const NOW = 1_700_000_000_000_000n;
const EMPTY = encodeDnsMessage([]);
const codeOf = (work: () => unknown): string => thrownBy(work).code;

describe('signedBytes', () => {
  it('is the sequence number and the value of a mutable item', () => {
    expect(signedBytes(42n, ascii('message'))).toEqual(ascii('3:seqi42e1:v7:message'));
    expect(signedBytes(0n, new Uint8Array(0))).toEqual(ascii('3:seqi0e1:v0:'));
    const largest = signedBytes(2n ** 64n - 1n, new Uint8Array(1_000));
    expect(largest.subarray(0, -1_000)).toEqual(ascii('3:seqi18446744073709551615e1:v1000:'));
  });
});

describe('parseSignedPacket', () => {
  it('reads what was signed', async () => {
    const message = encodeDnsMessage([text('greeting', 'hello')]);
    const payload = await signedPayload(signer, NOW, message);
    const packet = parseSignedPacket(signer.publicKey, payload);
    expect(packet).toMatchObject({
      publicKey: signer.publicKey,
      timestamp: NOW,
      signature: payload.subarray(0, 64),
      message,
      records: [text('greeting', 'hello')],
    });
    expect(signedPacketPayload(packet)).toEqual(payload);
  });

  it('puts signature, timestamp and message where the offset table says', async () => {
    const payload = await signedPayload(signer, 0x0102030405060708n, EMPTY);
    expect(payload.length).toBe(64 + 8 + 12);
    expect(hex.encode(payload.subarray(64, 72))).toBe('0102030405060708');
    expect(parseSignedPacket(signer.publicKey, payload).timestamp).toBe(0x0102030405060708n);
  });

  it('[F3] takes messages of 999 and 1000 bytes, and refuses 1001 unread', async () => {
    for (const length of [999, 1_000]) {
      const packet = await packetOf(signer, NOW, encodeDnsMessage([filling(length)]));
      expect(packet.message).toHaveLength(length);
    }
    const message = concatBytes(encodeDnsMessage([filling(1_000)]), Uint8Array.of(0));
    const long = await signedPayload(signer, NOW, message);
    expect(thrownBy(() => parseSignedPacket(signer.publicKey, long))).toMatchObject({
      code: 'DISCOVERY_WRONG_LENGTH',
      context: { length: 1_073, minimum: 84, maximum: 1_072 },
    });
    // No signature at all: it is not what was looked at.
    const huge = new Uint8Array(20_000_000);
    expect(codeOf(() => parseSignedPacket(signer.publicKey, huge))).toBe('DISCOVERY_WRONG_LENGTH');
  });

  it('[F3] refuses every length below a signature, a timestamp and a header', () => {
    for (let length = 0; length < 84; length++) {
      const payload = new Uint8Array(length);
      expect(codeOf(() => parseSignedPacket(signer.publicKey, payload))).toBe('DISCOVERY_WRONG_LENGTH');
    }
    const payload = new Uint8Array(84);
    expect(codeOf(() => parseSignedPacket(signer.publicKey, payload))).toBe('DISCOVERY_BAD_SIGNATURE');
  });

  it('refuses keys that are not 32 bytes long', async () => {
    const payload = await signedPayload(signer, NOW, EMPTY);
    for (const length of [0, 31, 33]) {
      expect(codeOf(() => parseSignedPacket(new Uint8Array(length), payload))).toBe('DISCOVERY_WRONG_LENGTH');
    }
  });

  it('refuses the packet of another key', async () => {
    const payload = await signedPayload(signer, NOW, EMPTY);
    expect(codeOf(() => parseSignedPacket(other.publicKey, payload))).toBe('DISCOVERY_BAD_SIGNATURE');
  });

  it('refuses every flipped bit, wherever it is', async () => {
    const payload = await signedPayload(signer, NOW, encodeDnsMessage([text('a', 'b')]));
    for (let bit = 0; bit < payload.length * 8; bit++) {
      const changed = flipped(payload, bit);
      expect(codeOf(() => parseSignedPacket(signer.publicKey, changed))).toBe('DISCOVERY_BAD_SIGNATURE');
    }
  });

  it('refuses a key that anybody can sign for (W-14)', () => {
    // R + s·B = k·A holds for the neutral element as key, whatever is signed.
    const neutral = filled(0);
    neutral[0] = 1;
    const r = filled(0x66);
    r[0] = 0x58;
    const one = filled(0);
    one[0] = 1;
    const forged = concatBytes(r, one, uint64(NOW), EMPTY);
    expect(codeOf(() => parseSignedPacket(neutral, forged))).toBe('DISCOVERY_BAD_SIGNATURE');
  });

  it('refuses a message that is signed and malformed', async () => {
    const payload = await signedPayload(signer, NOW, concatBytes(EMPTY, bytes('00')));
    expect(codeOf(() => parseSignedPacket(signer.publicKey, payload))).toBe('DISCOVERY_BAD_MESSAGE');
  });

  it('shares no memory with what it was given, whatever kind of buffer that is', async () => {
    const original = await signedPayload(signer, NOW, encodeDnsMessage([text('a', 'b')]));
    for (const payload of [original.slice(), Buffer.from(original)]) {
      const key = Buffer.from(signer.publicKey);
      const packet = parseSignedPacket(key, payload);
      payload.fill(0);
      key.fill(0);
      expect(signedPacketPayload(packet)).toEqual(original);
      expect(packet.publicKey).toEqual(signer.publicKey);
      expect(packet.records).toEqual([text('a', 'b')]);
    }
  });
});

describe('compareSignedPackets', () => {
  it('orders by timestamp, and by message where that is the same', async () => {
    const message = (value: string): Uint8Array => encodeDnsMessage([text('a', value)]);
    const ascending = [
      await packetOf(signer, 1n, message('z')),
      await packetOf(signer, 2n, message('a')),
      await packetOf(signer, 2n, message('b')),
      await packetOf(signer, 2n ** 63n, message('a')),
    ];
    for (const [i, left] of ascending.entries()) {
      for (const [j, right] of ascending.entries()) {
        expect(Math.sign(compareSignedPackets(left, right))).toBe(Math.sign(i - j));
      }
    }
  });

  it('takes the longer message where one begins with the other', async () => {
    // A message cannot be the beginning of another one in truth: its counts would differ.
    const short = await packetOf(signer, 1n, EMPTY);
    const long = { ...short, message: concatBytes(short.message, bytes('00')) };
    expect(compareSignedPackets(long, short)).toBeGreaterThan(0);
    expect(compareSignedPackets(short, long)).toBeLessThan(0);
    expect(compareSignedPackets(short, await signPacket(signer, [], 1n))).toBe(0);
  });
});

describe('copyOfPacket', () => {
  it('[S2.1] shares no memory: what a set of relays remembers is what was verified, whoever writes into what he was given', async () => {
    const owner = numbered(1);
    const payload = signedPacketPayload(await signPacket(owner, [text('t', 'good')], 5n));
    const relay = new ModelStore();
    const set = createRelaySet({ relays: [relay, new ModelStore('other')] });
    relay.force(parseSignedPacket(owner.publicKey, payload));
    const spoil = (given: SignedPacket | undefined): void => {
      if (given === undefined) throw new Error('there is one');
      for (const bytes of [given.publicKey, given.signature, given.message]) bytes.fill(0);
      for (const { data } of given.records)
        if (data.type === 'TXT') for (const string of data.strings) string.fill(0);
    };
    spoil(await set.get(owner.publicKey));
    // From here on it comes from memory.
    relay.forget(owner.publicKey);
    for (let time = 0; time < 2; time++) {
      const given = await set.get(owner.publicKey, { forUpdate: true });
      expect(given).toEqual(parseSignedPacket(owner.publicKey, payload));
      spoil(given);
    }
  });
});
