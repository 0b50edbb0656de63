import { describe, expect, it } from 'vitest';
import {
  homeserverRecords,
  parseSignedPacket,
  signedPacketPayload,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { numbered } from '../signers.ts';

describe('signPacket', () => {
  it('signs records that parse to the same again', async () => {
    const signer = numbered(0);
    const homeserver = numbered(1).publicKey;
    const records = [
      ...homeserverRecords({ homeserver: signer.publicKey, host: 'localhost', port: 6286 }),
      userRecord({ identity: signer.publicKey, homeserver }),
    ];
    const packet = await signPacket(signer, records, 1_700_000_000_000_000n);
    expect(packet.records).toEqual(records);
    expect(parseSignedPacket(signer.publicKey, signedPacketPayload(packet))).toEqual(packet);
  });
});
