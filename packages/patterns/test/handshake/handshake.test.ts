import { createHandshake, IK as NOISE_IK } from '@pubky-paykit/noise-core';
import { aesGcm } from '@pubky-paykit/noise-core/aes-gcm';
import { sha256 } from '@pubky-paykit/noise-core/sha256';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it, vi } from 'vitest';
import { createIdentitySigner, type IdentitySigner } from '../../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { isVerifiedIdentity } from '../../src/identity/verified-identity.ts';
import {
  CLIENT_IDENTITY,
  CLIENT_NOISE_KEY,
  IDENTITY_PAYLOAD_JSON,
  SERVER_NOISE_KEY,
  SERVER_SEED,
} from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import { bareFirstMessage, clientKey, clientSigner, connect, initiator, responder, SUITE } from '../peers.ts';

function signerThat(sign: IdentitySigner['sign'], publicKey: Uint8Array = CLIENT_IDENTITY): IdentitySigner {
  return { publicKey, sign };
}

describe('createProfileHandshake', () => {
  it('opens a session both sides agree on [S3.1]', async () => {
    const { sessions, messages } = await connect(initiator(), responder());
    const [client, server] = sessions;
    expect(messages.map((message) => message.length)).toEqual([670, 48]);
    expect(client.id).toEqual(server.id);
    expect([client.role, server.role]).toEqual(['initiator', 'responder']);
    expect([client.pattern, server.pattern]).toEqual(['IK', 'IK']);
    expect(server.remoteStatic).toEqual(CLIENT_NOISE_KEY);
    expect(server.remoteIdentity).toEqual(CLIENT_IDENTITY);
    expect(client.remoteStatic).toEqual(SERVER_NOISE_KEY);
    expect(server.decrypt(client.encrypt(encodeUtf8('hello')))).toEqual(encodeUtf8('hello'));
    expect(client.decrypt(server.encrypt(encodeUtf8('world')))).toEqual(encodeUtf8('world'));
  });

  it('claims no identity of the responder, which IK does not prove (W-11)', async () => {
    const { sessions } = await connect(initiator(), responder());
    expect(sessions[0].remoteIdentity).toBeUndefined();
  });

  it('gives two handshakes of the same keys different ids and keys (CK-11)', async () => {
    const one = await connect(initiator(), responder());
    const two = await connect(initiator(), responder());
    expect(one.sessions[0].id).not.toEqual(two.sessions[0].id);
    expect(one.sessions[0].encrypt(filled(0))).not.toEqual(two.sessions[0].encrypt(filled(0)));
  });

  it('always sends 670 bytes first, whatever the keys (W-46)', async () => {
    for (const seed of [3, 4, 5]) {
      const signer = createIdentitySigner(filled(seed));
      const noiseKey = deriveNoiseKeyPair(filled(seed), 'device');
      expect((await initiator({ signer, noiseKey }).write()).length).toBe(670);
    }
    expect((await initiator({ padIdentity: false }).write()).length).toBe(603);
  });

  it('leaves the borrowed static key usable', async () => {
    await connect(initiator(), responder());
    expect(clientKey.destroyed).toBe(false);
    initiator().destroy();
    await connect(initiator(), responder());
  });

  it('ignores what message 2 carries, as every 0.8 reader does (N8 §1.2)', async () => {
    const client = initiator();
    const { next } = createHandshake({
      pattern: NOISE_IK,
      suite: SUITE,
      role: 'responder',
      prologue: encodeUtf8('pubky-noise-v1'),
      s: deriveNoiseKeyPair(SERVER_SEED, 'server-dev'),
    }).read(await client.write());
    await client.read(next.write(encodeUtf8('future')).message);
    expect(client.finish().confirmed).toBe(true);
  });

  it('agrees on any prologue that is the same on both sides, text or bytes', async () => {
    for (const prologue of ['', 'other', new Uint8Array(1_024)]) {
      await connect(initiator({ prologue }), responder({ prologue }));
    }
  });

  it('copies the prologue and the remote key', async () => {
    const prologue = encodeUtf8('mine');
    const remoteStatic = SERVER_NOISE_KEY.slice();
    const client = initiator({ prologue, remoteStatic });
    prologue.fill(0);
    remoteStatic.fill(0);
    await connect(client, responder({ prologue: 'mine' }));
  });
});

describe('a responder', () => {
  it('sees the peer as unconfirmed until a transport message decrypts (W-28, W-41, P8 W-15)', async () => {
    const { sessions } = await connect(initiator(), responder());
    const [client, server] = sessions;
    expect(client.confirmed).toBe(true);
    expect(server.confirmed).toBe(false);
    server.encrypt(filled(0));
    expect(server.confirmed).toBe(false);
    server.decrypt(client.encrypt(new Uint8Array(0)));
    expect(server.confirmed).toBe(true);
  });

  it('never confirms a replayed message 1: the replayer cannot write a transport message (W-28)', async () => {
    const m1 = await initiator().write();
    for (let replay = 0; replay < 2; replay++) {
      const server = responder();
      await server.read(m1);
      await server.write();
      const session = server.finish();
      expect(session.confirmed).toBe(false);
      expect(thrownBy(() => session.decrypt(new Uint8Array(48)))).toMatchObject({
        code: 'NOISE_DECRYPT_FAILED',
      });
      expect(session.confirmed).toBe(false);
      expect(thrownBy(() => session.encrypt(filled(0)))).toMatchObject({ code: 'NOISE_DESTROYED' });
    }
  });

  it('admits only identities on its allow list', async () => {
    await connect(initiator(), responder({ allowIdentity: [filled(1), CLIENT_IDENTITY] }));
    for (const allowIdentity of [[], [filled(1)]]) {
      const server = responder({ allowIdentity });
      expect(await rejectionOf(server.read(await initiator().write()))).toMatchObject({
        code: 'PATTERNS_IDENTITY_REFUSED',
        wireCode: 6000,
      });
    }
  });

  it('asks allowIdentity with a verified identity, and only `true` admits', async () => {
    const asked = vi.fn(async () => true);
    await connect(initiator(), responder({ allowIdentity: asked }));
    const [[identity]] = asked.mock.calls as unknown as [[unknown]];
    expect(isVerifiedIdentity(identity)).toBe(true);
    for (const answer of [false, undefined, 1, 'yes', {}]) {
      const server = responder({ allowIdentity: () => answer as boolean });
      expect((await rejectionOf(server.read(await initiator().write()))).code).toBe(
        'PATTERNS_IDENTITY_REFUSED',
      );
    }
  });

  it('never asks allowIdentity about an identity that is not proven', async () => {
    const allowIdentity = vi.fn(() => true);
    const m1 = bareFirstMessage(IDENTITY_PAYLOAD_JSON, deriveNoiseKeyPair(filled(5), 'evil'));
    await rejectionOf(responder({ allowIdentity }).read(m1));
    expect(allowIdentity).not.toHaveBeenCalled();
  });

  it('refuses when allowIdentity fails, with the cause', async () => {
    const cause = new RangeError('no database');
    for (const allowIdentity of [
      () => {
        throw cause;
      },
      () => Promise.reject(cause),
    ]) {
      const error = await rejectionOf(responder({ allowIdentity }).read(await initiator().write()));
      expect(error).toMatchObject({ code: 'PATTERNS_ALLOW_FAILED', retryable: true, cause });
    }
  });

  it('copies the allow list', async () => {
    const allowed = CLIENT_IDENTITY.slice();
    const server = responder({ allowIdentity: [allowed] });
    allowed.fill(0);
    await connect(initiator(), server);
  });

  it('refuses an allow list with a key of a wrong length', () => {
    expect(thrownBy(() => responder({ allowIdentity: [new Uint8Array(31)] })).code).toBe(
      'PATTERNS_KEY_LENGTH',
    );
  });

  const role = IDENTITY_PAYLOAD_JSON.replace('"Client"', '"Server"');
  const payloads: Record<string, [string, string, number]> = {
    'an empty payload, as IK-raw sends (N8 §1.9)': ['', 'PATTERNS_PAYLOAD_INVALID', 4000],
    'a payload that is not JSON': ['hello', 'PATTERNS_PAYLOAD_INVALID', 4000],
    'a payload above 4 000 bytes': [IDENTITY_PAYLOAD_JSON.padEnd(4_001), 'PATTERNS_PAYLOAD_INVALID', 4000],
    'the role Server (W-13)': [role, 'PATTERNS_IDENTITY_UNVERIFIED', 5000],
    'an altered signature': [
      IDENTITY_PAYLOAD_JSON.replace('"sig":[109', '"sig":[108'),
      'PATTERNS_IDENTITY_UNVERIFIED',
      5000,
    ],
    'another identity': [IDENTITY_PAYLOAD_JSON.replace('[138', '[139'), 'PATTERNS_IDENTITY_UNVERIFIED', 5000],
    'a claimed key that is not the proven one': [
      IDENTITY_PAYLOAD_JSON.replace('[4,244', '[4,245'),
      'PATTERNS_IDENTITY_UNVERIFIED',
      5000,
    ],
    'a claimed key of low order': [
      IDENTITY_PAYLOAD_JSON.replace(
        /"noise_x25519_pub":\[[^\]]*/,
        `"noise_x25519_pub":[${Array(32).fill(0)}`,
      ),
      'PATTERNS_WEAK_KEY',
      7000,
    ],
  };
  for (const [name, [payload, code, wireCode]] of Object.entries(payloads)) {
    it(`refuses ${name} [F3]`, async () => {
      const server = responder();
      expect(await rejectionOf(server.read(bareFirstMessage(payload)))).toMatchObject({ code, wireCode });
      expect(await rejectionOf(server.write())).toMatchObject({
        code: 'PATTERNS_HANDSHAKE_ENDED',
        context: { by: code },
      });
    });
  }

  it('accepts the padded payload of another implementation (A-17, W-46)', async () => {
    await responder().read(bareFirstMessage(IDENTITY_PAYLOAD_JSON.padEnd(574)));
    await responder().read(bareFirstMessage(IDENTITY_PAYLOAD_JSON));
  });
});

describe('options', () => {
  it('refuses a foreign suite, so that no identity goes out in another protocol (W-12)', () => {
    for (const suite of [
      { ...SUITE, hash: sha256 },
      { ...SUITE, cipher: aesGcm },
    ]) {
      expect(thrownBy(() => initiator({ suite })).code).toBe('PATTERNS_SUITE_REFUSED');
      expect(thrownBy(() => responder({ suite })).code).toBe('PATTERNS_SUITE_REFUSED');
    }
  });

  it('refuses wrong lengths instead of padding or cutting (W-19)', () => {
    for (const length of [0, 31, 33]) {
      const short = new Uint8Array(length).fill(9);
      expect(thrownBy(() => initiator({ remoteStatic: short })).code).toBe('PATTERNS_KEY_LENGTH');
      const signer = signerThat(clientSigner.sign, short);
      expect(thrownBy(() => initiator({ signer })).code).toBe('PATTERNS_KEY_LENGTH');
    }
  });

  it('refuses a prologue above 1 024 bytes (W-15)', () => {
    const prologue = new Uint8Array(1_025);
    expect(thrownBy(() => responder({ prologue })).code).toBe('PATTERNS_PROLOGUE_INVALID');
  });

  it('refuses a prologue that both sides could take for another (W-15)', () => {
    expect(thrownBy(() => responder({ prologue: 'a\ud800' })).code).toBe('PATTERNS_PROLOGUE_INVALID');
    for (const prologue of [1_234, {}, null]) {
      expect(() => responder({ prologue } as never)).toThrow(TypeError);
    }
  });
});

describe('messages', () => {
  it('end the handshake if they come from the wrong place: reflected, or for another server', async () => {
    const client = initiator();
    const m1 = await client.write();
    expect((await rejectionOf(client.read(m1))).code).toBe('NOISE_DECRYPT_FAILED');
    const other = responder({ noiseKey: deriveNoiseKeyPair(filled(8), 'other') });
    expect((await rejectionOf(other.read(m1))).code).toBe('NOISE_DECRYPT_FAILED');
  });

  it('end the handshake if the prologues differ (N8 §1.9)', async () => {
    const server = responder({ prologue: 'pubky-noise-v2' });
    expect((await rejectionOf(server.read(await initiator().write()))).code).toBe('NOISE_DECRYPT_FAILED');
  });

  it('end the handshake if both sides took the same role', async () => {
    const [one, two] = [initiator(), initiator()];
    await two.write();
    expect((await rejectionOf(two.read(await one.write()))).code).toBe('NOISE_DECRYPT_FAILED');
    expect((await rejectionOf(responder().write())).code).toBe('PATTERNS_OUT_OF_TURN');
  });
});
