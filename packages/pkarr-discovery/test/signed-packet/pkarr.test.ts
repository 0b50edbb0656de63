import { concatBytes } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  homeserverRecords,
  ownName,
  parseSignedPacket,
  signedPacketPayload,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { signedBytes } from '../../src/signed-packet/signed-packet.ts';
import { ascii, filled, flipped, uint16, wireName } from '../bytes.ts';
import { filling, text } from '../packets.ts';
import { ReferencePackets, referenceTools } from '../reference.ts';
import { numbered } from '../signers.ts';

const NOW = 1_700_000_000_123_456n;
const signer = numbered(5);
const keyPair = referenceTools.generateKeyPair(Buffer.from(filled(5)));

describe('signedBytes', () => {
  it('[I3] are those of pkarr', () => {
    for (const [seq, length] of [
      [1, 0],
      [Number(NOW), 1_000],
    ] as const) {
      const v = new Uint8Array(length).fill(7);
      const theirs = Uint8Array.from(referenceTools.encodeSigData({ seq, v }));
      expect(theirs).toEqual(signedBytes(BigInt(seq), v));
    }
  });
});

describe('parseSignedPacket', () => {
  it('[I3] reads what pkarr signs', () => {
    const apex = ownName(signer.publicKey);
    const answers = [
      { type: 'TXT', name: '_greeting', ttl: 300, class: 'IN', data: [Buffer.from('hello')] },
      { type: 'CNAME', name: 'www', ttl: 300, class: 'IN', data: `greeting.${apex}` },
      { type: 'A', name: '.', ttl: 60, class: 'IN', data: '127.0.0.1' },
    ];
    const packet = { id: 0, type: 'response', flags: 0, answers } as const;
    const theirs = ReferencePackets.fromPacket(keyPair, packet, { timestamp: Number(NOW) });
    const ours = parseSignedPacket(signer.publicKey, theirs.bytes());
    expect(ours.timestamp).toBe(NOW);
    expect(ours.records).toEqual([
      text(`_greeting.${apex}`, 'hello'),
      { name: `www.${apex}`, ttl: 300, data: { type: 'CNAME', target: `greeting.${apex}` } },
      { name: apex, ttl: 60, data: { type: 'A', address: Uint8Array.of(127, 0, 0, 1) } },
    ]);
    expect(signedPacketPayload(ours)).toEqual(Uint8Array.from(theirs.bytes()));
  });

  it('[I3] and pkarr refuse the same flipped bits', async () => {
    const payload = signedPacketPayload(await signPacket(signer, [text('a', 'b')], NOW));
    for (let bit = 0; bit < payload.length * 8; bit += 37) {
      // In JavaScript's numbers a timestamp of 64 bits is rounded, about which the other one complains.
      if (bit >> 3 >= 64 && bit >> 3 < 72) continue;
      const changed = flipped(payload, bit);
      expect(() => parseSignedPacket(signer.publicKey, changed)).toThrow();
      expect(() => ReferencePackets.fromBytes(signer.publicKey, changed)).toThrow('Invalid signature');
    }
  });
});

describe('signPacket', () => {
  it('[I3] makes what pkarr reads: names, texts and the records of homeservers', async () => {
    const homeserver = numbered(6).publicKey;
    const records = [
      ...homeserverRecords({ homeserver: signer.publicKey, host: 'localhost', port: 6286 }),
      userRecord({ identity: signer.publicKey, homeserver }),
      text(ownName(signer.publicKey, '_noise.phone'), 'v=1'),
    ];
    const ours = await signPacket(signer, records, NOW);
    const theirs = ReferencePackets.fromBytes(signer.publicKey, signedPacketPayload(ours));
    expect(theirs.timestamp()).toBe(Number(NOW));
    expect(theirs.size()).toBe(ours.message.length);
    expect(theirs.resourceRecords('_noise.phone')).toMatchObject([
      { type: 'TXT', ttl: 300, class: 'IN', data: [Buffer.from('v=1')] },
    ]);
    const alias = concatBytes(uint16(0), wireName(ownName(homeserver)));
    expect(theirs.resourceRecords('_pubky')).toMatchObject([
      { type: 'UNKNOWN_65', ttl: 3_600, data: Buffer.from(alias) },
    ]);
    const port = concatBytes(uint16(65_280), uint16(2), uint16(6_286));
    const endpoint = concatBytes(uint16(10), wireName('localhost'), port);
    expect(theirs.resourceRecords('@')).toMatchObject([{ ttl: 3_600, data: Buffer.from(endpoint) }]);
  });

  it('[I3] makes the largest packet that pkarr reads', async () => {
    const payload = signedPacketPayload(await signPacket(signer, [filling(1_000)], NOW));
    expect(ReferencePackets.fromBytes(signer.publicKey, payload).size()).toBe(1_000);
    const longer = concatBytes(payload, ascii('x'));
    expect(() => ReferencePackets.fromBytes(signer.publicKey, longer)).toThrow('too large');
  });

  it('takes 127 bytes less than a third of a packet for what the SDK publishes', async () => {
    const homeserver = numbered(6).publicKey;
    const { message } = await signPacket(
      signer,
      [userRecord({ identity: signer.publicKey, homeserver })],
      NOW,
    );
    // official-noise §4.5 reckons with 127 for the record alone.
    expect(message).toHaveLength(12 + 61 + 10 + 2 + 54);
  });
});
