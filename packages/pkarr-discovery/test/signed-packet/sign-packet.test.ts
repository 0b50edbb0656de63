import type { IdentitySigner } from '@pubky-paykit/primitives';
import { defineErrors, errorRow } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  homeserverRecords,
  ownName,
  parseSignedPacket,
  signedPacketPayload,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { rejectionOf } from '../bytes.ts';
import { filling, text } from '../packets.ts';
import { numbered } from '../signers.ts';

const signer = numbered(0);
const NOW = 1_700_000_000_000_000n;

function answering(sign: unknown): IdentitySigner {
  return { publicKey: signer.publicKey, sign: sign as IdentitySigner['sign'] };
}

describe('signPacket', () => {
  it('signs records that parse to the same again', async () => {
    const homeserver = numbered(1).publicKey;
    const records = [
      ...homeserverRecords({ homeserver: signer.publicKey, host: 'localhost', port: 6286 }),
      userRecord({ identity: signer.publicKey, homeserver }),
    ];
    const packet = await signPacket(signer, records, NOW);
    expect(packet.records).toEqual(records);
    expect(parseSignedPacket(signer.publicKey, signedPacketPayload(packet))).toEqual(packet);
  });

  it('takes the whole range of timestamps', async () => {
    for (const timestamp of [0n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect((await signPacket(signer, [], timestamp)).timestamp).toBe(timestamp);
    }
    for (const timestamp of [-1n, 2n ** 64n]) {
      await expect(signPacket(signer, [], timestamp)).rejects.toThrow(RangeError);
    }
  });

  it('[F3] signs 1000 bytes, and refuses 1001 before the signer is asked', async () => {
    let asked = 0;
    const counting = answering((message: Uint8Array) => {
      asked += 1;
      return signer.sign(message);
    });
    expect((await signPacket(counting, [filling(1_000)], NOW)).message).toHaveLength(1_000);
    expect((await rejectionOf(signPacket(counting, [filling(1_001)], NOW))).code).toBe(
      'DISCOVERY_PACKET_TOO_LARGE',
    );
    const malformed = signPacket(counting, [text('a..b', 'x')], NOW);
    expect((await rejectionOf(malformed)).code).toBe('DISCOVERY_BAD_RECORD');
    expect(asked).toBe(1);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['a text', () => '00'.repeat(64)],
    ['an object', () => ({ length: 64 })],
    ['a short signature', () => new Uint8Array(63)],
    ['a long signature', () => new Uint8Array(65)],
    ['zeros', () => new Uint8Array(64)],
    ['a signature of another key', () => numbered(9).sign(new Uint8Array(1))],
    ['a signature over something else', () => signer.sign(new Uint8Array(1))],
  ])('refuses a signer that answers %s', async (_, answer) => {
    const { code } = await rejectionOf(signPacket(answering(answer), [], NOW));
    expect(code).toBe('DISCOVERY_SIGNER_WRONG');
  });

  it('refuses a signer without a key', async () => {
    const keyless = { publicKey: new Uint8Array(31), sign: signer.sign };
    expect((await rejectionOf(signPacket(keyless, [], NOW))).code).toBe('DISCOVERY_WRONG_LENGTH');
  });

  it('says that the signer failed, with the cause, and passes its coded errors on', async () => {
    const cause = new Error('device locked');
    const failed = await rejectionOf(
      signPacket(
        answering(() => Promise.reject(cause)),
        [],
        NOW,
      ),
    );
    expect(failed).toMatchObject({ code: 'DISCOVERY_SIGNER_FAILED', cause, retryable: true });
    const KeyError = defineErrors('KeyError', {
      KEY_LOCKED: errorRow({ summary: 'locked', nextStep: 'Unlock.', retryable: true }),
    });
    const locked = new KeyError('KEY_LOCKED');
    await expect(
      signPacket(
        answering(() => Promise.reject(locked)),
        [],
        NOW,
      ),
    ).rejects.toBe(locked);
  });

  it('keeps what it signs from a signer that writes into what it is given', async () => {
    const scribbling = answering(async (message: Uint8Array) => {
      const signature = await signer.sign(message);
      message.fill(0);
      return signature;
    });
    const packet = await signPacket(scribbling, [text('a', 'b')], NOW);
    expect(packet.records).toEqual([text('a', 'b')]);
  });
});

describe('ownName', () => {
  it('puts labels before the key', () => {
    const key = '8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo';
    expect(ownName(signer.publicKey)).toBe(key);
    expect(ownName(signer.publicKey, '_noise.phone')).toBe(`_noise.phone.${key}`);
    expect(() => ownName(new Uint8Array(31))).toThrow();
  });
});
