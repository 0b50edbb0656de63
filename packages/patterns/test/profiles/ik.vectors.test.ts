import { sha256 } from '@noble/hashes/sha2.js';
import { createHandshake, IK as NOISE_IK, type Suite } from '@pubky-paykit/noise-core';
import * as noble from '@pubky-paykit/noise-core/noble';
import * as node from '@pubky-paykit/noise-core/node';
import { fixedEphemeralsForTestingOnly } from '@pubky-paykit/noise-core/testing';
import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createProfileHandshake } from '../../src/handshake/handshake.ts';
import { createIdentitySigner } from '../../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { IK } from '../../src/profiles/ik.ts';
import {
  CLIENT_CONTEXT,
  CLIENT_IDENTITY,
  CLIENT_NOISE_KEY,
  CLIENT_SEED,
  IDENTITY_PAYLOAD_JSON,
  INITIATOR_EPHEMERAL_SECRET,
  RESPONDER_EPHEMERAL_SECRET,
  SERVER_CONTEXT,
  SERVER_NOISE_KEY,
  SERVER_SEED,
} from '../../src/testing.ts';
import { bytes, filled, rejectionOf } from '../bytes.ts';
import { bareFirstMessage, connect, responder } from '../peers.ts';

const EMPTY = new Uint8Array(0);
const BACKENDS = { noble, node };
const PROLOGUE = encodeUtf8('pubky-noise-v1');
const M2 = '0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20ef4174bd9d16c3e3bfe74bde92720506';
const K1 = bytes('89728cd0ffc964c95f3c08aa72a2305446f9842b3c984d21045b297bf39215e6');
const K2 = bytes('353b2c9a376649f82f967d00cab618c2e3acd9fef1224d02fb08904a126dfcd9');

function sha256Of(input: Uint8Array): string {
  return hex.encode(sha256(input));
}

function suiteOf(backend: typeof noble | typeof node, ephemeral: Uint8Array): Suite {
  return {
    dh: fixedEphemeralsForTestingOnly(backend.x25519, ephemeral),
    cipher: backend.chachaPoly,
    hash: backend.blake2s,
  };
}

function vectorPeers(backend: typeof noble | typeof node) {
  const { x25519 } = backend;
  return [
    createProfileHandshake({
      profile: IK,
      role: 'initiator',
      noiseKey: deriveNoiseKeyPair(CLIENT_SEED, CLIENT_CONTEXT, x25519),
      signer: createIdentitySigner(CLIENT_SEED),
      remoteStatic: SERVER_NOISE_KEY,
      padIdentity: false,
      suite: suiteOf(backend, INITIATOR_EPHEMERAL_SECRET),
    }),
    createProfileHandshake({
      profile: IK,
      role: 'responder',
      noiseKey: deriveNoiseKeyPair(SERVER_SEED, SERVER_CONTEXT, x25519),
      suite: suiteOf(backend, RESPONDER_EPHEMERAL_SECRET),
    }),
  ] as const;
}

describe.each(Object.entries(BACKENDS))('IK on the %s backend', (_, backend) => {
  it('gives the bytes of N8 A.4: messages, session id, transport samples [S3.1]', async () => {
    const { sessions, messages } = await connect(...vectorPeers(backend));
    const [m1, m2] = messages as [Uint8Array, Uint8Array];
    expect(messages.length).toBe(2);
    expect(m1.length).toBe(603);
    expect(sha256Of(m1)).toBe('58afe070a5e5782b0fb83a41b59f9a149ba05705178841a703f60cd8609c7310');
    expect(hex.encode(m1.subarray(0, 96))).toBe(
      '7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f1317da42c23e8be0a606c0625473a91cdeba5b55870dcee24b73b12a4fb8b715fcd9da1d84140b1d86bd82fd5e61bcb8cbe8bd1fe2faaecba189323f9c469dc200',
    );
    expect(hex.encode(m1.subarray(-16))).toBe('f241a6bf2a00ad9dfec23b8e134dc2d7');
    expect(hex.encode(m2)).toBe(M2);
    const [client, server] = sessions;
    for (const session of sessions) {
      expect(hex.encode(session.id)).toBe('cf46ee0eee0cac2a7a6b67059cd29c4f0f52a4bf71d57421181df7fb306c9d68');
    }
    expect(server.remoteStatic).toEqual(CLIENT_NOISE_KEY);
    expect(server.remoteIdentity).toEqual(CLIENT_IDENTITY);
    expect(client.remoteStatic).toEqual(SERVER_NOISE_KEY);

    const hello = client.encrypt(encodeUtf8('hello'));
    const world = server.encrypt(encodeUtf8('world'));
    const nothing = client.encrypt(EMPTY);
    expect(hex.encode(hello)).toBe('1ba3d6bcff1a74c2a433e88ac53e285853c7cba3de');
    expect(hex.encode(world)).toBe('d81095854dad9eef3f21f981a9ac79f208a8cbd8ea');
    expect(hex.encode(nothing)).toBe('262875182fc97190ce5334dafb7ccd53');
    expect(hex.encode(backend.chachaPoly.encrypt(K1, 0n, EMPTY, encodeUtf8('hello')))).toBe(
      hex.encode(hello),
    );
    expect(hex.encode(backend.chachaPoly.encrypt(K2, 0n, EMPTY, encodeUtf8('world')))).toBe(
      hex.encode(world),
    );
    expect(server.decrypt(hello)).toEqual(encodeUtf8('hello'));
    expect(client.decrypt(world)).toEqual(encodeUtf8('world'));
    expect(server.decrypt(nothing)).toEqual(EMPTY);
  });

  it('reaches the transcript hash of N8 A.4 after message 1', async () => {
    const [client] = vectorPeers(backend);
    const { next } = createHandshake({
      pattern: NOISE_IK,
      suite: suiteOf(backend, RESPONDER_EPHEMERAL_SECRET),
      role: 'responder',
      prologue: PROLOGUE,
      s: deriveNoiseKeyPair(SERVER_SEED, SERVER_CONTEXT, backend.x25519),
    }).read(await client.write());
    expect(hex.encode(next.handshakeHash)).toBe(
      'b2c117a879e8f0dbeec7298a995550a112490195b1645eb9c81b607a1d19fe0d',
    );
  });

  it('agrees with the other backend, byte for byte', async () => {
    const other = backend === noble ? node : noble;
    const { messages } = await connect(vectorPeers(backend)[0], vectorPeers(other)[1]);
    expect(hex.encode(messages[1] as Uint8Array)).toBe(M2);
  });
});

describe('the negative vector N8 A.8', () => {
  it("is refused: the attacker replays the victim's payload over his own static key (W-01, P8 W-04, A-2)", async () => {
    const attacker = deriveNoiseKeyPair(filled(5), 'evil');
    expect(hex.encode(attacker.publicKey)).toBe(
      'e7bb178fcd656777093939f43c49b84b0f97338e8a4d6029e179eac36380071c',
    );
    const m1 = bareFirstMessage(IDENTITY_PAYLOAD_JSON, attacker);
    expect(m1.length).toBe(603);
    expect(sha256Of(m1)).toBe('c78db98e829f603b177cc95194d082f9231803fbee7d8ff3dc7b3f987ea53459');
    expect(hex.encode(m1.subarray(0, 80))).toBe(
      '7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13f495004371829c695d8c3dd5297aa4865c2b9181c40fc8406df5824b09f9e6c61b1e5d8a6ffedad1be1fce23f01afc6a',
    );
    const server = responder();
    expect(await rejectionOf(server.read(m1))).toMatchObject({
      code: 'PATTERNS_IDENTITY_UNVERIFIED',
      wireCode: 5000,
      context: { check: 'noise-key' },
    });
    expect(await rejectionOf(server.write())).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
  });
});
