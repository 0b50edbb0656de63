import {
  createIdentitySigner,
  createProfileHandshake,
  deriveNoiseKeyPair,
  IK,
  identityPublicKey,
} from '@pubky-paykit/patterns';
import { describe, expect, it } from 'vitest';
import { acceptChannel, openChannel } from '../src/open-channel.ts';
import { connectTcp } from '../src/tcp/connect.ts';
import { listenTcp } from '../src/tcp/server.ts';
import { codeOf, pattern } from './bytes.ts';

const [aliceSeed, bobSeed] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const [aliceKey, bobKey] = [deriveNoiseKeyPair(aliceSeed, 'alice'), deriveNoiseKeyPair(bobSeed, 'bob')];

const dial = (remoteStatic: Uint8Array) =>
  createProfileHandshake({
    profile: IK,
    role: 'initiator',
    noiseKey: aliceKey,
    signer: createIdentitySigner(aliceSeed),
    remoteStatic,
  });
const answer = () => createProfileHandshake({ profile: IK, role: 'responder', noiseKey: bobKey });

describe('SecureChannel over IK and TCP', () => {
  it('[F1] carries the longest message both ways and tells the responder who is there', async () => {
    let seen: Uint8Array | undefined;
    const server = await listenTcp({
      port: 0,
      async onConnection(stream) {
        const channel = await acceptChannel(stream, (byte) => (byte === IK.byte ? answer() : undefined));
        const message = await channel.receive();
        if (message !== undefined) await channel.send(message);
        seen = channel.session.remoteIdentity;
        await channel.close();
      },
    });
    try {
      const stream = await connectTcp({ host: server.host, port: server.port });
      const channel = await openChannel(stream, dial(bobKey.publicKey), { patternByte: IK.byte });
      await channel.send(pattern(65_519));
      expect(await channel.receive()).toEqual(pattern(65_519));
      expect(await channel.receive()).toBeUndefined();
      await channel.close();
      expect(seen).toEqual(identityPublicKey(aliceSeed));
    } finally {
      await server.close({ drainMs: 0 });
    }
  });

  it('[F3] passes on the error of the handshake as it is when the wrong key is dialled', async () => {
    let refused = '';
    const server = await listenTcp({
      port: 0,
      async onConnection(stream) {
        refused = await codeOf(acceptChannel(stream, () => answer()));
      },
    });
    try {
      const stream = await connectTcp({ host: server.host, port: server.port });
      const outcome = openChannel(stream, dial(aliceKey.publicKey), { patternByte: IK.byte });
      expect(await codeOf(outcome)).toMatch(/^TRANSPORT_(HANDSHAKE_CUT|CONNECTION_LOST)$/);
      expect(refused).toBe('NOISE_DECRYPT_FAILED');
    } finally {
      await server.close({ drainMs: 0 });
    }
  });
});
