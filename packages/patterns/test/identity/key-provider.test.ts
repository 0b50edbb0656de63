import { inspect } from 'node:util';
import type { KeyPair } from '@pubky-paykit/noise-core';
import { hex, Secret } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { describe, expect, it, vi } from 'vitest';
import { createProfileHandshake } from '../../src/handshake/handshake.ts';
import {
  createSeedKeyProvider,
  type KeyProvider,
  signerOf,
  withNoiseKey,
} from '../../src/identity/key-provider.ts';
import { IK } from '../../src/profiles/ik.ts';
import {
  CLIENT_CONTEXT,
  CLIENT_IDENTITY,
  CLIENT_NOISE_KEY,
  CLIENT_SEED,
  SERVER_CONTEXT,
  SERVER_IDENTITY,
  SERVER_NOISE_KEY,
  SERVER_SEED,
} from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import { connect } from '../peers.ts';

function provider() {
  return createSeedKeyProvider({ client: CLIENT_SEED, server: SERVER_SEED });
}

/** A provider whose every answer is the one of `change`, or a failure. */
function strangeProvider(change: Partial<KeyProvider>): KeyProvider {
  const fail = () => Promise.reject(new Error('the key ring is locked'));
  return { identityOf: fail, sign: fail, noiseKeyOf: fail, ...change };
}

describe('createSeedKeyProvider', () => {
  it('knows each key by its id (W-33)', async () => {
    const keys = provider();
    expect(await keys.identityOf('client')).toEqual(CLIENT_IDENTITY);
    expect(await keys.identityOf('server')).toEqual(SERVER_IDENTITY);
    const signature = await keys.sign('server', filled(3));
    expect(verifyStrictly(signature, filled(3), SERVER_IDENTITY)).toBe(true);
  });

  it('derives the key of the device it is asked for, as 0.8 does (SR-3, W-33)', async () => {
    const keys = provider();
    using client = await keys.noiseKeyOf('client', CLIENT_CONTEXT);
    using server = await keys.noiseKeyOf('server', new TextEncoder().encode(SERVER_CONTEXT));
    using other = await keys.noiseKeyOf('client', 'another device');
    expect([client.publicKey, server.publicKey]).toEqual([CLIENT_NOISE_KEY, SERVER_NOISE_KEY]);
    expect(other.publicKey).not.toEqual(client.publicKey);
  });

  it('refuses an id it does not know, also those every object has (W-33)', async () => {
    const keys = provider();
    for (const keyId of ['', 'Client', 'toString', '__proto__', 'constructor', 'x'.repeat(1_000)]) {
      for (const call of [
        keys.identityOf(keyId),
        keys.sign(keyId, filled(1)),
        keys.noiseKeyOf(keyId, 'phone'),
      ]) {
        expect(await rejectionOf(call)).toMatchObject({
          code: 'PATTERNS_KEY_UNKNOWN',
          wireCode: 1000,
          context: { keyId: keyId.slice(0, 32) },
        });
      }
    }
  });

  it('refuses seeds of another length; none becomes zeros (W-19, FC-5, FR-17)', () => {
    for (const length of [0, 1, 15, 16, 31, 33, 64]) {
      expect(thrownBy(() => createSeedKeyProvider({ a: new Uint8Array(length) }))).toMatchObject({
        code: 'PATTERNS_KEY_LENGTH',
        wireCode: 1000,
        context: { expected: 32, actual: length },
      });
    }
  });

  it('wipes the seeds it has copied when a later one is refused', () => {
    const copies = vi.spyOn(Secret, 'copyOf');
    try {
      expect(thrownBy(() => createSeedKeyProvider({ good: CLIENT_SEED, bad: filled(1).slice(1) })).code).toBe(
        'PATTERNS_KEY_LENGTH',
      );
      expect(copies.mock.results.map(({ value }) => (value as Secret).destroyed)).toEqual([true]);
    } finally {
      copies.mockRestore();
    }
  });

  it('wipes all seeds on destroy [S1.4]', () => {
    const copies = vi.spyOn(Secret, 'copyOf');
    try {
      const keys = provider();
      const secrets = copies.mock.results.map(({ value }) => value as Secret);
      const lent = secrets.map((secret) => secret.use((seed) => seed));
      expect(lent).toEqual([CLIENT_SEED, SERVER_SEED]);
      keys.destroy();
      expect(secrets.map(({ destroyed }) => destroyed)).toEqual([true, true]);
      expect(lent).toEqual([filled(0), filled(0)]);
    } finally {
      copies.mockRestore();
    }
  });

  it('shows of an id it does not know nothing that could forge a line of a log', async () => {
    const forged = 'x\n{"level":"error"}\u001b[31m\u202e';
    expect(await rejectionOf(provider().sign(forged, filled(1)))).toMatchObject({
      code: 'PATTERNS_KEY_UNKNOWN',
      context: { keyId: 'x?{"level":"error"}?[31m?' },
    });
    const strange = Symbol('id') as unknown as string;
    expect((await rejectionOf(provider().identityOf(strange))).code).toBe('PATTERNS_KEY_UNKNOWN');
  });

  it('copies the seeds', async () => {
    const seed = CLIENT_SEED.slice();
    const keys = createSeedKeyProvider({ client: seed });
    seed.fill(0);
    expect(verifyStrictly(await keys.sign('client', filled(1)), filled(1), CLIENT_IDENTITY)).toBe(true);
    (await keys.identityOf('client')).fill(0);
    expect(await keys.identityOf('client')).toEqual(CLIENT_IDENTITY);
  });

  it('is gone after destroy, which may be called twice', async () => {
    const keys = provider();
    keys.destroy();
    keys.destroy();
    for (const call of [
      keys.identityOf('client'),
      keys.sign('client', filled(1)),
      keys.noiseKeyOf('client', 'phone'),
    ]) {
      expect(await rejectionOf(call)).toMatchObject({ code: 'PATTERNS_KEY_PROVIDER_DESTROYED' });
    }
  });

  it('shows neither seeds nor ids', () => {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i);
    const keys = createSeedKeyProvider({ 'my-key': seed });
    const shown = `${inspect(keys, { depth: 9, showHidden: true })}${JSON.stringify(keys)}${String(keys)}`;
    for (const secret of [hex.encode(seed.subarray(0, 6)), 'a0 a1 a2', '160,161', '160, 161', 'my-key']) {
      expect(shown).not.toContain(secret);
    }
    expect(shown).toContain('SeedKeyProvider(1)');
  });
});

describe('withNoiseKey', () => {
  it('lends the key, passes the result on, and destroys the key', async () => {
    let lent: KeyPair | undefined;
    const result = await withNoiseKey(provider(), 'client', CLIENT_CONTEXT, async (noiseKey) => {
      lent = noiseKey;
      expect(noiseKey.destroyed).toBe(false);
      return noiseKey.publicKey.slice();
    });
    expect(result).toEqual(CLIENT_NOISE_KEY);
    expect(lent?.destroyed).toBe(true);
  });

  it('destroys the key also when the work throws or rejects, and passes the error on', async () => {
    const mistake = new Error('mine');
    const works = [
      () => {
        throw mistake;
      },
      () => Promise.reject(mistake),
    ];
    for (const work of works) {
      let lent: KeyPair | undefined;
      const call = withNoiseKey(provider(), 'client', 'phone', (noiseKey) => {
        lent = noiseKey;
        return work();
      });
      await expect(call).rejects.toBe(mistake);
      expect(lent?.destroyed).toBe(true);
    }
  });

  it('names a provider that fails, and asks it no more', async () => {
    const failing = strangeProvider({});
    expect(await rejectionOf(withNoiseKey(failing, 'a', 'phone', () => 1))).toMatchObject({
      code: 'PATTERNS_KEY_PROVIDER_FAILED',
      retryable: true,
      wireCode: 1000,
      cause: { message: 'the key ring is locked' },
    });
    expect(await rejectionOf(withNoiseKey(provider(), 'nobody', 'phone', () => 1))).toMatchObject({
      code: 'PATTERNS_KEY_UNKNOWN',
    });
  });
});

describe('withNoiseKey of a provider that answers with something else', () => {
  const destroy = () => undefined;
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['bytes', filled(1)],
    ['a text', 'key'],
    ['a key without a public half', { destroy }],
    ['a public key of another length', { publicKey: filled(1).slice(1), destroy }],
    ['a key that cannot be destroyed', { publicKey: filled(1) }],
  ])('refuses %s, and the work never begins', async (_, answer) => {
    const work = vi.fn();
    const strange = strangeProvider({ noiseKeyOf: async () => answer as unknown as KeyPair });
    const error = await rejectionOf(withNoiseKey(strange, 'a', 'phone', work));
    expect(error).toMatchObject({ code: 'PATTERNS_KEY_PROVIDER_FAILED', cause: expect.any(TypeError) });
    expect(work).not.toHaveBeenCalled();
  });

  it('refuses what is no provider', async () => {
    for (const none of [undefined, {}] as unknown as KeyProvider[]) {
      const code = 'PATTERNS_KEY_PROVIDER_FAILED';
      expect(await rejectionOf(withNoiseKey(none, 'a', 'phone', () => 1))).toMatchObject({ code });
      expect(await rejectionOf(signerOf(none, 'a'))).toMatchObject({ code });
    }
  });

  it('tells of the work first where the key cannot be destroyed either', async () => {
    const [mistake, stuck] = [new Error('mine'), new Error('the key is stuck')];
    const noiseKey = {
      publicKey: CLIENT_NOISE_KEY,
      destroy: () => {
        throw stuck;
      },
    } as unknown as KeyPair;
    const strange = strangeProvider({ noiseKeyOf: async () => noiseKey });
    await expect(withNoiseKey(strange, 'a', 'phone', () => Promise.reject(mistake))).rejects.toBe(mistake);
    expect(await rejectionOf(withNoiseKey(strange, 'a', 'phone', () => 1))).toMatchObject({
      code: 'PATTERNS_KEY_PROVIDER_FAILED',
      cause: stuck,
    });
  });
});

describe('signerOf', () => {
  it('opens a session for an identity whose secret stays with the provider [S4.1]', async () => {
    const keys = provider();
    const signer = await signerOf(keys, 'client');
    const { sessions } = await withNoiseKey(keys, 'client', CLIENT_CONTEXT, (clientKey) =>
      withNoiseKey(keys, 'server', SERVER_CONTEXT, (serverKey) =>
        connect(
          createProfileHandshake({
            profile: IK,
            role: 'initiator',
            noiseKey: clientKey,
            signer,
            remoteStatic: SERVER_NOISE_KEY,
          }),
          createProfileHandshake({ profile: IK, role: 'responder', noiseKey: serverKey }),
        ),
      ),
    );
    const [client, server] = sessions;
    // The keys are gone, the sessions live.
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    expect(server.remoteIdentity).toEqual(CLIENT_IDENTITY);
  });

  it('refuses an unknown id, a provider that fails, and an identity of another length', async () => {
    expect(await rejectionOf(signerOf(provider(), 'nobody'))).toMatchObject({ code: 'PATTERNS_KEY_UNKNOWN' });
    expect(await rejectionOf(signerOf(strangeProvider({}), 'a'))).toMatchObject({
      code: 'PATTERNS_KEY_PROVIDER_FAILED',
    });
    for (const answer of [undefined, null, 'text', {}] as unknown as Uint8Array[]) {
      const strange = strangeProvider({ identityOf: async () => answer });
      expect((await rejectionOf(signerOf(strange, 'a'))).code).toBe('PATTERNS_KEY_PROVIDER_FAILED');
    }
    const mute = { ...strangeProvider({ identityOf: async () => CLIENT_IDENTITY }), sign: undefined };
    expect(await rejectionOf(signerOf(mute as unknown as KeyProvider, 'a'))).toMatchObject({
      code: 'PATTERNS_KEY_PROVIDER_FAILED',
    });
    const short = strangeProvider({ identityOf: async () => new Uint8Array(31) });
    expect(await rejectionOf(signerOf(short, 'a'))).toMatchObject({ code: 'PATTERNS_KEY_LENGTH' });
  });

  it('names a provider that fails later, and hands out copies', async () => {
    const signer = await signerOf(strangeProvider({ identityOf: async () => CLIENT_IDENTITY }), 'a');
    signer.publicKey.fill(0);
    expect(signer.publicKey).toEqual(CLIENT_IDENTITY);
    expect(await rejectionOf(signer.sign(filled(1)))).toMatchObject({ code: 'PATTERNS_KEY_PROVIDER_FAILED' });
  });

  it('signs nothing more once the provider is destroyed', async () => {
    const keys = provider();
    const signer = await signerOf(keys, 'client');
    keys.destroy();
    expect(await rejectionOf(signer.sign(filled(1)))).toMatchObject({
      code: 'PATTERNS_KEY_PROVIDER_DESTROYED',
    });
  });
});
