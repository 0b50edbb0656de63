import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it, vi } from 'vitest';
import { createProfileHandshake } from '../../src/handshake/handshake.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { N } from '../../src/profiles/n.ts';
import { createReplayCache } from '../../src/rules/replay-cache.ts';
import { SERVER_NOISE_KEY } from '../../src/testing.ts';
import { filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import {
  bareOf,
  bareWrite,
  clientKey,
  clientSigner,
  connect,
  initiatorOf,
  responderOf,
  serverKey,
} from '../peers.ts';

describe('N', () => {
  it('opens a session in one direction with one message (CK-3, CK-4, FR-14) [S3.1]', async () => {
    const { sessions, messages } = await connect(initiatorOf(N), responderOf(N));
    const [client, server] = sessions;
    expect(messages.map(({ length }) => length)).toEqual([48]);
    expect(client.id).toEqual(server.id);
    expect([client.oneWay, server.oneWay]).toEqual([true, true]);
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    expect([client.sent, client.received]).toEqual([1n, 0n]);
    expect([server.sent, server.received]).toEqual([0n, 1n]);
  });

  it('has no way back, not even for a caller without types (A-14) [S3.3]', async () => {
    const { sessions } = await connect(initiatorOf(N), responderOf(N));
    const [client, server] = sessions;
    expect(thrownBy(() => server.encrypt(filled(1)))).toMatchObject({
      code: 'NOISE_ONE_WAY',
      wireCode: 3000,
    });
    expect(thrownBy(() => client.decrypt(filled(1)))).toMatchObject({
      code: 'NOISE_ONE_WAY',
      wireCode: 3000,
    });
  });

  it('names nobody, and confirms nobody, whatever arrives (N8 W-47, P8 W-06)', async () => {
    const { sessions } = await connect(initiatorOf(N), responderOf(N));
    const [client, server] = sessions;
    expect([server.remoteStatic, server.remoteIdentity, client.remoteIdentity]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(client.remoteStatic).toEqual(SERVER_NOISE_KEY);
    server.decrypt(client.encrypt(filled(1)));
    expect([client.confirmed, server.confirmed]).toEqual([false, false]);
  });

  it('is read by the holder of the dialled key and nobody else', async () => {
    const other = responderOf(N, { noiseKey: deriveNoiseKeyPair(filled(5), 'other') });
    expect((await rejectionOf(other.read(await initiatorOf(N).write()))).code).toBe('NOISE_DECRYPT_FAILED');
  });

  it('refuses a payload in message 1 (W-10, W-45, P8 W-13, A-4)', async () => {
    const { message } = bareWrite(bareOf(N, 'initiator'), filled(1));
    expect(await rejectionOf(responderOf(N).read(message))).toMatchObject({
      code: 'PATTERNS_PAYLOAD_UNEXPECTED',
      wireCode: 6000,
      context: { bytes: 32 },
    });
  });
});

describe('the replay cache of N', () => {
  it('refuses a recorded message 1 and leaves the live session untouched (N8 W-47, P8 W-58, A-16)', async () => {
    const replayCache = createReplayCache();
    const { sessions, messages } = await connect(initiatorOf(N), responderOf(N, { replayCache }));
    const [client, server] = sessions;
    const recorded = client.encrypt(filled(1));
    server.decrypt(recorded);
    for (let replay = 0; replay < 3; replay++) {
      const second = responderOf(N, { replayCache });
      expect(await rejectionOf(second.read(messages[0] as Uint8Array))).toMatchObject({
        code: 'PATTERNS_REPLAYED',
        wireCode: 6000,
      });
      expect(thrownBy(() => second.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
    expect(server.received).toBe(1n);
    expect(server.decrypt(client.encrypt(filled(2)))).toEqual(filled(2));
    expect(thrownBy(() => server.decrypt(recorded)).code).toBe('NOISE_DECRYPT_FAILED');
  });

  it('is what stands between a recording and a second session: forgotten, it opens the same one', async () => {
    const clock = new ManualClock();
    const replayCache = createReplayCache({ clock, rememberMs: 1_000 });
    const { sessions, messages } = await connect(initiatorOf(N), responderOf(N, { replayCache }));
    const recorded = sessions[0].encrypt(filled(1));
    clock.advance(999);
    await expect(responderOf(N, { replayCache }).read(messages[0] as Uint8Array)).rejects.toMatchObject({
      code: 'PATTERNS_REPLAYED',
    });
    clock.advance(1);
    const again = responderOf(N, { replayCache });
    await again.read(messages[0] as Uint8Array);
    const replayed = again.finish();
    expect(replayed.id).toEqual(sessions[1].id);
    expect(replayed.decrypt(recorded)).toEqual(filled(1));
    expect(replayed.confirmed).toBe(false);
  });

  it('is asked once, and only about a message 1 that decrypts and is empty', async () => {
    const replayCache = { claim: vi.fn(() => true) };
    const message = await initiatorOf(N).write();
    await rejectionOf(responderOf(N, { replayCache }).read(flipped(message, 300)));
    await rejectionOf(responderOf(N, { replayCache }).read(message.subarray(0, 47)));
    const full = bareWrite(bareOf(N, 'initiator'), filled(1)).message;
    await rejectionOf(responderOf(N, { replayCache }).read(full));
    expect(replayCache.claim).not.toHaveBeenCalled();
    await responderOf(N, { replayCache }).read(message);
    expect(replayCache.claim.mock.calls).toEqual([[message.slice(0, 32)]]);
  });

  it('refuses what it cannot remember, when it is full or fails [F3]', async () => {
    const replayCache = createReplayCache({ maximumEntries: 1 });
    await connect(initiatorOf(N), responderOf(N, { replayCache }));
    expect(await rejectionOf(connect(initiatorOf(N), responderOf(N, { replayCache })))).toMatchObject({
      code: 'PATTERNS_REPLAY_CACHE_FULL',
      wireCode: 6000,
      retryable: true,
    });
    const cause = new RangeError('no store');
    const failing = { claim: () => Promise.reject(cause) };
    expect(
      await rejectionOf(connect(initiatorOf(N), responderOf(N, { replayCache: failing }))),
    ).toMatchObject({ code: 'PATTERNS_REPLAY_CACHE_FAILED', wireCode: 9000, cause });
  });

  it('opens no session unless it answers `true`', async () => {
    for (const answer of [false, undefined, 1, 'new', {}]) {
      const replayCache = { claim: () => answer as boolean };
      expect((await rejectionOf(connect(initiatorOf(N), responderOf(N, { replayCache })))).code).toBe(
        answer === false ? 'PATTERNS_REPLAYED' : 'PATTERNS_REPLAY_CACHE_FAILED',
      );
    }
  });
});

describe('options of N', () => {
  it('wants a replay cache, and nothing that would name the sender [S3.3]', () => {
    const client = { profile: N, role: 'initiator', remoteStatic: SERVER_NOISE_KEY };
    const server = { profile: N, role: 'responder', noiseKey: serverKey, replayCache: createReplayCache() };
    const misuses = [
      { ...server, replayCache: undefined },
      { ...server, noiseKey: undefined },
      { ...server, allowStatic: 'anyone' },
      { ...server, allowIdentity: [] },
      { ...client, remoteStatic: undefined },
      { ...client, noiseKey: clientKey },
      { ...client, signer: clientSigner },
    ];
    for (const options of misuses) {
      expect(() => createProfileHandshake(options as never)).toThrow(TypeError);
    }
  });
});
