import { concatBytes, decodeUtf8, hex, zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  encodeDnsMessage,
  ownName,
  parseSignedPacket,
  signedPacketPayload,
  userRecord,
  verifyKeyRecord,
} from '../../src/index.ts';
import { filled } from '../bytes.ts';
import { clockAt } from '../records/key-records.ts';
import { numbered } from '../signers.ts';

/**
 * What a relay had after the unmodified `@synonymdev/pubky` 0.6.0 had signed somebody up, we had put a Noise key into the packet,
 * and `publishHomeserverForce` of the SDK had signed it again. Its names are compressed.
 */
const CAPTURED = hex.decode(
  [
    'f27c8c7a01f2288d79e8534f1f4979a67c4dbbd9e5f90eecfbc35e338fd7a5293a6d4099e364c303fd6287d670a6f9f25243',
    '7c64887a3837936ff47f8332ed0a0006615cfb816fff000080000000000200000000065f6e6f6973650764656661756c7434',
    '6e6b31626d7273657339797a346f6e336836336a7361786539366d63716f6b39663679646731383136796d36797368367738',
    '707900001000010000012c00fcfb763d313b6b3d43516b4a43516b4a43516b4a43516b4a43516b4a43516b4a43516b4a4351',
    '6b4a43516b4a43516b4a43516b3d3b7369673d33335a652f534a584e6f46616b527977306747715734464e62566c33446438',
    '575078336f2b57324e533467622f3149566549454b3037646931347765686d324e64557036517553447463664b6943743949',
    '636e5342673d3d3b74733d313739353930313834343b667369673d2f6f61453333465866674e36784a6338644f6637586136',
    '4c5847326e654741724d462b3654446a764448696f2b5877614264556e66616a597a66514c61354754616831734f6742752f',
    '79486c4a78754b367a494643513d3d065f7075626b79c01b0041000100000e1000380000343870696e787867717334316e34',
    '6169646964656e773561707170317572666d7a647a7472386a74346162726b646e34333565776f00',
  ].join(''),
);
const HOMESERVER = zBase32.decode('8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo', 32);
/** Microseconds. */
const SIGNED_AT = 0x0006_615c_fb81_6fffn;
const STAMPED = 1_795_901_844n;
const identity = numbered(103).publicKey;

describe('a packet of @synonymdev/pubky 0.6.0', () => {
  const packet = parseSignedPacket(identity, CAPTURED);

  it('[I3] is read: the homeserver, and the Noise key that it left in place', () => {
    const [noise, ...others] = packet.records;
    expect(packet.timestamp).toBe(SIGNED_AT);
    expect(others).toEqual([userRecord({ identity, homeserver: HOMESERVER })]);
    expect([noise?.name, noise?.ttl]).toEqual([ownName(identity, '_noise.default'), 300]);
    const record = noise?.data.type === 'TXT' ? decodeUtf8(concatBytes(...noise.data.strings)) : '';
    const verified = verifyKeyRecord({ identity, device: 'default', record }, { clock: clockAt(STAMPED) });
    expect(verified).toMatchObject({ kind: 'key', noiseKey: filled(9), freshness: 'signed' });
  });

  it('[I3] is written again byte for byte', () => {
    expect(encodeDnsMessage(packet.records)).toEqual(packet.message);
    expect(signedPacketPayload(packet)).toEqual(CAPTURED);
  });
});
