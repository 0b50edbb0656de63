import { createHandshake, type KeyPair, IK as NOISE_IK, type Suite } from '@pubky-paykit/noise-core';
import { aesGcm } from '@pubky-paykit/noise-core/aes-gcm';
import { sha256 } from '@pubky-paykit/noise-core/sha256';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it, vi } from 'vitest';
import { sampled } from '../../../tooling/vitest/effort.ts';
import { createIdentitySigner, type IdentitySigner } from '../src/identity-signer.ts';
import { deriveNoiseKeyPair } from '../src/key-derivation.ts';
import {
  CLIENT_IDENTITY,
  CLIENT_NOISE_KEY,
  CLIENT_SEED,
  IDENTITY_PAYLOAD_JSON,
  INITIATOR_EPHEMERAL_SECRET,
  RESPONDER_EPHEMERAL_SECRET,
  SERVER_NOISE_KEY,
  SERVER_SEED,
  suiteWithFixedEphemeralForTestingOnly,
} from '../src/testing.ts';
import { isVerifiedIdentity } from '../src/verified-identity.ts';
import { bytes, filled, flipped, rejectionOf, thrownBy } from './bytes.ts';
import { LOW_ORDER_POINTS } from './low-order.ts';
import { bareFirstMessage, clientKey, clientSigner, connect, initiator, responder, SUITE } from './peers.ts';

/** What altered, truncated and foreign messages may end in. */
const MESSAGE_CODES = ['NOISE_DECRYPT_FAILED', 'NOISE_MESSAGE_TOO_SHORT', 'NOISE_WEAK_KEY'];

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

describe('weak keys', () => {
  it('refuses every low-order remote key before the signer is asked [S4.1] (W-02, IV-1, A-3)', () => {
    const sign = vi.fn(clientSigner.sign);
    for (const remoteStatic of LOW_ORDER_POINTS) {
      expect(thrownBy(() => initiator({ remoteStatic, signer: signerThat(sign) }))).toMatchObject({
        code: 'PATTERNS_WEAK_KEY',
        wireCode: 7000,
        context: { key: 'remote static' },
      });
    }
    expect(LOW_ORDER_POINTS.length).toBe(14);
    expect(sign).not.toHaveBeenCalled();
  });

  it('refuses every low-order ephemeral in message 1 and message 2 [S4.1] (W-03, A-3)', async () => {
    const m1 = await initiator().write();
    for (const point of LOW_ORDER_POINTS) {
      const altered = m1.slice();
      altered.set(point);
      expect(await rejectionOf(responder().read(altered))).toMatchObject({
        code: 'NOISE_WEAK_KEY',
        wireCode: 7000,
      });
      const client = initiator();
      await client.write();
      const m2 = new Uint8Array(48);
      m2.set(point);
      expect(await rejectionOf(client.read(m2))).toMatchObject({ code: 'NOISE_WEAK_KEY', wireCode: 7000 });
    }
  });

  it('refuses every low-order static key that a client sends encrypted [S4.1] (A-3)', async () => {
    for (const point of LOW_ORDER_POINTS) {
      const fake = { ...clientKey, publicKey: point } as KeyPair;
      const dh: Suite['dh'] = {
        ...x25519,
        dh: (local, remote) => (local === fake ? filled(1) : x25519.dh(local, remote)),
      };
      const m1 = bareFirstMessage(IDENTITY_PAYLOAD_JSON, fake, { ...SUITE, dh });
      expect(await rejectionOf(responder().read(m1))).toMatchObject({
        code: 'NOISE_WEAK_KEY',
        wireCode: 7000,
      });
    }
  });

  it('refuses an all-zero local secret and all that clamp to the same [S4.1] (CK-12, KD-3)', () => {
    expect(thrownBy(() => x25519.importKeyPair(filled(0)))).toMatchObject({ wireCode: 7000 });
    for (const [first, last] of [
      [7, 0],
      [0, 0x40],
      [1, 0xc0],
    ] as const) {
      const secret = filled(0);
      secret[0] = first;
      secret[31] = last;
      const noiseKey = x25519.importKeyPair(secret);
      for (const start of [() => initiator({ noiseKey }), () => responder({ noiseKey })]) {
        expect(thrownBy(start)).toMatchObject({
          code: 'PATTERNS_WEAK_KEY',
          wireCode: 7000,
          context: { key: 'local static' },
        });
      }
    }
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
});

describe('the signer', () => {
  it('is asked once, for the 32 bytes of the binding [S1.3]', async () => {
    const sign = vi.fn((message: Uint8Array) => clientSigner.sign(message));
    await connect(initiator({ signer: signerThat(sign) }), responder());
    expect(sign).toHaveBeenCalledTimes(1);
    expect(sign.mock.calls[0]?.[0]).toEqual(
      bytes('ffd51100a9c990f759675c7482214e3c05d305cb4545124baacc443ed5ea46fa'),
    );
  });

  it('may take its time, as a remote one does [S1.3]', async () => {
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const signer = signerThat(async (message) => {
      await asked;
      return clientSigner.sign(message);
    });
    const client = initiator({ signer });
    const m1 = client.write();
    answer?.();
    await responder().read(await m1);
  });

  it('that fails ends the handshake, with its error as the cause [F3]', async () => {
    const cause = new RangeError('token removed');
    for (const sign of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      const client = initiator({ signer: signerThat(sign) });
      expect(await rejectionOf(client.write())).toMatchObject({
        code: 'PATTERNS_SIGNER_FAILED',
        wireCode: 1000,
        retryable: true,
        cause,
      });
      expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
  });

  it('that was destroyed ends the handshake', async () => {
    const signer = createIdentitySigner(CLIENT_SEED);
    signer.destroy();
    expect((await rejectionOf(initiator({ signer }).write())).code).toBe('PATTERNS_SIGNER_DESTROYED');
  });

  it('that answers with anything but its own signature is not believed', async () => {
    const wrong: IdentitySigner['sign'][] = [
      async () => new Uint8Array(64),
      async () => new Uint8Array(63),
      async () => undefined as never,
      (message) => createIdentitySigner(SERVER_SEED).sign(message),
      async (message) => flipped(await clientSigner.sign(message), 300),
      (message) => {
        message.fill(0);
        return clientSigner.sign(message);
      },
    ];
    for (const sign of wrong) {
      expect((await rejectionOf(initiator({ signer: signerThat(sign) }).write())).code).toBe(
        'PATTERNS_SIGNER_WRONG',
      );
    }
  });
});

describe('altered messages', () => {
  it('end the handshake for every flipped bit of message 1 (A-5)', async () => {
    const m1 = await initiator({ padIdentity: false }).write();
    for (const bit of sampled(Array.from({ length: m1.length * 8 }, (_, at) => at))) {
      const { code } = await rejectionOf(responder().read(flipped(m1, bit)));
      expect(MESSAGE_CODES).toContain(code);
    }
  });

  it('end the handshake for every truncation of message 1, and for bytes after it (A-5)', async () => {
    const m1 = await initiator({ padIdentity: false }).write();
    for (let length = 0; length < m1.length; length++) {
      const { code } = await rejectionOf(responder().read(m1.subarray(0, length)));
      expect(MESSAGE_CODES).toContain(code);
      if (length < 96) expect(code).toBe('NOISE_MESSAGE_TOO_SHORT');
    }
    const longer = Uint8Array.from([...m1, 0]);
    expect((await rejectionOf(responder().read(longer))).code).toBe('NOISE_DECRYPT_FAILED');
    expect((await rejectionOf(responder().read(new Uint8Array(65_536)))).code).toBe('NOISE_MESSAGE_TOO_LONG');
  });

  it('end the handshake for every flipped bit and truncation of message 2 (A-5)', async () => {
    const fresh = () =>
      initiator({
        signer: signerThat(async () => SIGNATURE),
        suite: suiteWithFixedEphemeralForTestingOnly(INITIATOR_EPHEMERAL_SECRET),
      });
    const SIGNATURE = bytes(
      '6d7a331ffb1d91d6837b4d247e1e884bd03720809c057d757c86a33aa64a0878005ecd804e5f0dfac27919834bbed8cd4b4c19ea8c93c61e0793611200201008',
    );
    const server = responder({ suite: suiteWithFixedEphemeralForTestingOnly(RESPONDER_EPHEMERAL_SECRET) });
    await server.read(await fresh().write());
    const m2 = await server.write();
    const altered = sampled([
      ...Array.from({ length: m2.length * 8 }, (_, bit) => flipped(m2, bit)),
      ...Array.from({ length: m2.length }, (_, length) => m2.subarray(0, length)),
    ]);
    for (const message of altered) {
      const client = fresh();
      await client.write();
      expect(MESSAGE_CODES).toContain((await rejectionOf(client.read(message))).code);
      expect(thrownBy(() => client.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
    const client = fresh();
    await client.write();
    await client.read(m2);
    expect(client.finish().id).toEqual(server.finish().id);
  });

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

describe('calls at the wrong time', () => {
  it('end the handshake if they are out of turn', async () => {
    const cases = [
      [initiator(), 'read', (h: ReturnType<typeof initiator>) => h.read(new Uint8Array(48))],
      [responder(), 'write', (h: ReturnType<typeof initiator>) => h.write()],
      [initiator(), 'finish', async (h: ReturnType<typeof initiator>) => h.finish()],
    ] as const;
    for (const [handshake, called, call] of cases) {
      expect(await rejectionOf(call(handshake))).toMatchObject({
        code: 'PATTERNS_OUT_OF_TURN',
        wireCode: 3000,
        context: { called },
      });
      expect(await rejectionOf(handshake.write())).toMatchObject({
        code: 'PATTERNS_HANDSHAKE_ENDED',
        context: { by: 'PATTERNS_OUT_OF_TURN' },
      });
    }
  });

  it('end the handshake if they are concurrent, the running call included', async () => {
    const never = signerThat(() => new Promise(() => {}));
    const client = initiator({ signer: never });
    const running = client.write();
    expect((await rejectionOf(client.write())).code).toBe('PATTERNS_BUSY');
    expect(await rejectionOf(running)).toMatchObject({
      code: 'PATTERNS_HANDSHAKE_ENDED',
      context: { by: 'PATTERNS_BUSY' },
    });
  });

  it('find the handshake ended after finish, and leave the session alone', async () => {
    const [client, server] = [initiator(), responder()];
    const { sessions } = await connect(client, server);
    expect(thrownBy(() => client.finish())).toMatchObject({
      code: 'PATTERNS_HANDSHAKE_ENDED',
      context: { by: 'finish' },
    });
    client.destroy();
    expect(sessions[1].decrypt(sessions[0].encrypt(filled(1)))).toEqual(filled(1));
  });

  it('find the handshake ended after destroy, which may be called twice [S1.4]', async () => {
    const client = initiator();
    client.destroy();
    client.destroy();
    for (const call of [client.write(), client.read(new Uint8Array(48))]) {
      expect(await rejectionOf(call)).toMatchObject({
        code: 'PATTERNS_HANDSHAKE_ENDED',
        context: { by: 'destroy' },
      });
    }
  });
});

describe('destroy', () => {
  it('ends a call that waits for the signer at once, and a late answer does nothing [S1.4]', async () => {
    let answer: ((signature: Uint8Array) => void) | undefined;
    const signer = signerThat(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const client = initiator({ signer });
    const running = client.write();
    client.destroy();
    expect((await rejectionOf(running)).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    const binding = bytes('ffd51100a9c990f759675c7482214e3c05d305cb4545124baacc443ed5ea46fa');
    answer?.(await clientSigner.sign(binding));
    expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    expect(client.turn).toBe('write');
  });

  it('ends a call that waits for allowIdentity, and a late yes admits nobody', async () => {
    let answer: ((allowed: boolean) => void) | undefined;
    const server = responder({
      allowIdentity: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const running = server.read(await initiator().write());
    server.destroy();
    expect((await rejectionOf(running)).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    answer?.(true);
    await Promise.allSettled([running]);
    expect((await rejectionOf(server.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    expect(server.turn).toBe('read');
  });
});
