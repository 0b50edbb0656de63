import { describe, expect, it } from 'vitest';
import { createProfileHandshake } from '../src/handshake.ts';
import { createIdentitySigner } from '../src/identity-signer.ts';
import { createMemoryPinStore } from '../src/pinning.ts';
import { IK_RAW } from '../src/profiles/ik-raw.ts';
import { N } from '../src/profiles/n.ts';
import { NN } from '../src/profiles/nn.ts';
import { XX } from '../src/profiles/xx.ts';
import { createReplayCache } from '../src/replay-cache.ts';
import { CLIENT_IDENTITY, CLIENT_NOISE_KEY, SERVER_IDENTITY, SERVER_NOISE_KEY, SERVER_SEED } from '../src/testing.ts';
import { filled } from './bytes.ts';
import { clientKey, clientSigner, serverKey } from './peers.ts';

describe('smoke', () => {
  it('ik-raw', async () => {
    const a = createProfileHandshake({ profile: IK_RAW, role: 'initiator', noiseKey: clientKey, remoteStatic: SERVER_NOISE_KEY });
    const b = createProfileHandshake({ profile: IK_RAW, role: 'responder', noiseKey: serverKey, replayCache: createReplayCache() });
    await b.read(await a.write());
    await a.read(await b.write());
    const [x, y] = [a.finish(), b.finish()];
    expect(y.remoteStatic).toEqual(CLIENT_NOISE_KEY);
    expect(y.decrypt(x.encrypt(filled(1)))).toEqual(filled(1));
  });
  it('n', async () => {
    const a = createProfileHandshake({ profile: N, role: 'initiator', remoteStatic: SERVER_NOISE_KEY });
    const b = createProfileHandshake({ profile: N, role: 'responder', noiseKey: serverKey, replayCache: createReplayCache() });
    await b.read(await a.write());
    const [x, y] = [a.finish(), b.finish()];
    expect(y.decrypt(x.encrypt(filled(1)))).toEqual(filled(1));
    expect([x.sent, y.sent, x.received, y.received]).toEqual([1n, 0n, 0n, 1n]);
  });
  it('nn', async () => {
    const a = createProfileHandshake({ profile: NN, role: 'initiator', signer: clientSigner, expectedIdentity: SERVER_IDENTITY });
    const b = createProfileHandshake({ profile: NN, role: 'responder', signer: createIdentitySigner(SERVER_SEED) });
    await b.read(await a.write());
    await a.read(await b.write());
    await a.read(await b.write());
    await b.read(await a.write());
    const [x, y] = [a.finish(), b.finish()];
    expect(y.remoteIdentity).toEqual(CLIENT_IDENTITY);
    expect(x.remoteIdentity).toEqual(SERVER_IDENTITY);
    expect(y.decrypt(x.encrypt(filled(1)))).toEqual(filled(1));
  });
  it('xx', async () => {
    const pins = createMemoryPinStore();
    const a = createProfileHandshake({ profile: XX, role: 'initiator', noiseKey: clientKey, trust: { trustOnFirstUse: pins, peer: 'bob' } });
    const b = createProfileHandshake({ profile: XX, role: 'responder', noiseKey: serverKey, allowStatic: 'anyone' });
    await b.read(await a.write());
    await a.read(await b.write());
    await b.read(await a.write());
    const [x, y] = [a.finish(), b.finish()];
    expect(x.remoteStatic).toEqual(SERVER_NOISE_KEY);
    expect(y.decrypt(x.encrypt(filled(1)))).toEqual(filled(1));
    expect((await pins.get('bob'))?.noiseKey).toEqual(SERVER_NOISE_KEY);
  });
});
