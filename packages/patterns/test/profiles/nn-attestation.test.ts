import type { AnyHandshake, Transport } from '@pubky-paykit/noise-core';
import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it, vi } from 'vitest';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { attestationDigest } from '../../src/identity/attestation.ts';
import { encodeAttestation } from '../../src/identity/attestation-message.ts';
import { createIdentitySigner, type IdentitySigner } from '../../src/identity/identity-signer.ts';
import { NN } from '../../src/profiles/nn.ts';
import {
  CLIENT_IDENTITY,
  INITIATOR_EPHEMERAL_SECRET,
  SERVER_IDENTITY,
  suiteWithFixedEphemeralForTestingOnly,
} from '../../src/testing.ts';
import { bytes, filled, rejectionOf, thrownBy } from '../bytes.ts';
import {
  bareOf,
  bareRead,
  bareTransport,
  bareWrite,
  clientSigner,
  initiatorOf,
  responderOf,
  serverSigner,
} from '../peers.ts';

/** Somebody who speaks NN but attests as he likes. */
interface Impostor {
  readonly transport: Transport;
  /** His own ephemeral key and that of his peer. */
  readonly own: Uint8Array;
  readonly peer: Uint8Array;
}

function impostorOf(handshake: AnyHandshake): Impostor {
  const { localEphemeral, remoteEphemeral } = handshake;
  return {
    transport: bareTransport(handshake),
    own: localEphemeral as Uint8Array,
    peer: remoteEphemeral as Uint8Array,
  };
}

/** Plays the server up to the end of message 2. */
async function playServer(client: ProfileHandshake): Promise<Impostor> {
  const { message, next } = bareWrite(bareRead(bareOf(NN, 'responder'), await client.write()));
  await client.read(message);
  return impostorOf(next);
}

/** Plays the client up to the end of message 2, and reads the server's attestation. */
async function playClient(server: ProfileHandshake): Promise<Impostor & { readonly byServer: Uint8Array }> {
  const { message, next } = bareWrite(bareOf(NN, 'initiator'));
  await server.read(message);
  const impostor = impostorOf(bareRead(next, await server.write()));
  return { ...impostor, byServer: impostor.transport.decrypt(await server.write()) };
}

async function attest(
  signer: IdentitySigner,
  ephemerals: { signer: Uint8Array; other: Uint8Array },
  identity: Uint8Array = signer.publicKey,
): Promise<Uint8Array> {
  return encodeAttestation({ identity, signature: await signer.sign(attestationDigest(ephemerals)) });
}

const stranger = createIdentitySigner(filled(7));
// Signature and key of small order that lenient verification accepts for every message (N8 W-14).
const SMALL_ORDER = {
  identity: Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0)),
  signature: bytes(`58${'66'.repeat(31)}01${'00'.repeat(31)}`),
};

type Forgery = (impostor: Impostor, honest: IdentitySigner) => Uint8Array | Promise<Uint8Array>;
type Verdict = { code: string; wireCode: number; context?: object };

const unverified = { code: 'PATTERNS_ATTESTATION_UNVERIFIED', wireCode: 5000 };
const invalid = (fault: string) => ({
  code: 'PATTERNS_ATTESTATION_INVALID',
  wireCode: 4000,
  context: { fault },
});

/** What an attestation may be instead of a good one, and what both sides say to it. */
const FORGERIES: Readonly<Record<string, [Forgery, Verdict]>> = {
  'the right identity, signed by another key': [
    ({ own, peer }, honest) => attest(stranger, { signer: own, other: peer }, honest.publicKey),
    unverified,
  ],
  'a signature over swapped ephemerals': [
    ({ own, peer }, honest) => attest(honest, { signer: peer, other: own }),
    { code: 'PATTERNS_ATTESTATION_SWAPPED', wireCode: 5000 },
  ],
  "another session's attestation": [
    ({ peer }, honest) => attest(honest, { signer: filled(9), other: peer }),
    unverified,
  ],
  'an attestation towards another peer': [
    ({ own }, honest) => attest(honest, { signer: own, other: filled(9) }),
    unverified,
  ],
  'an empty message': [() => new Uint8Array(0), invalid('syntax')],
  'no JSON': [() => encodeUtf8('hello'), invalid('syntax')],
  'no UTF-8': [() => Uint8Array.of(0xff), invalid('not-utf8')],
  'another message': [() => encodeUtf8('{"type":"Ack"}'), invalid('other-type')],
  'a request for a receipt': [
    () => encodeUtf8('{"type":"RequestReceipt","payload":{}}'),
    invalid('other-type'),
  ],
  'an attestation without a signature': [
    (_, { publicKey }) =>
      encodeUtf8(`{"type":"Attestation","payload":{"ed25519_pk":"${hex.encode(publicKey)}"}}`),
    invalid('missing-member'),
  ],
  'more than 4 000 bytes': [() => encodeUtf8('{}'.padEnd(4_001)), invalid('too-long')],
};

describe.each(Object.entries(FORGERIES))('an attestation that is %s', (_, [forge, verdict]) => {
  it('ends the client, whose signer is not asked and who sends nothing [F3]', async () => {
    const sign = vi.fn((message: Uint8Array) => clientSigner.sign(message));
    const client = initiatorOf(NN, { signer: { publicKey: CLIENT_IDENTITY, sign } });
    const impostor = await playServer(client);
    const forged = impostor.transport.encrypt(await forge(impostor, serverSigner));
    expect(await rejectionOf(client.read(forged))).toMatchObject(verdict);
    expect(sign).not.toHaveBeenCalled();
    expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    expect(thrownBy(() => client.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  });

  it('ends the server, whose allow list is not asked [F3]', async () => {
    const allowIdentity = vi.fn(() => true);
    const server = responderOf(NN, { allowIdentity });
    const impostor = await playClient(server);
    const forged = impostor.transport.encrypt(await forge(impostor, clientSigner));
    expect(await rejectionOf(server.read(forged))).toMatchObject(verdict);
    expect(allowIdentity).not.toHaveBeenCalled();
    expect(thrownBy(() => server.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  });
});

describe('the client of NN', () => {
  it('refuses another identity than the expected one, though it signs well (P8 §3.9)', async () => {
    const client = initiatorOf(NN);
    const { transport, own, peer } = await playServer(client);
    const message = await attest(stranger, { signer: own, other: peer });
    expect(await rejectionOf(client.read(transport.encrypt(message)))).toMatchObject({
      code: 'PATTERNS_ATTESTATION_WRONG_IDENTITY',
      wireCode: 5000,
      context: {
        expected: '8139770ea87d175f',
        presented: hex.encode(stranger.publicKey.subarray(0, 8)),
      },
    });
  });

  it('refuses its own ephemeral key sent back', async () => {
    const same = () => ({ suite: suiteWithFixedEphemeralForTestingOnly(INITIATOR_EPHEMERAL_SECRET) });
    const [client, server] = [initiatorOf(NN, same()), responderOf(NN, same())];
    await server.read(await client.write());
    await client.read(await server.write());
    expect(await rejectionOf(client.read(await server.write()))).toMatchObject({
      code: 'PATTERNS_ATTESTATION_REFLECTED',
      wireCode: 5000,
    });
  });

  it('refuses an expected identity of small order, for which everything verifies (N8 W-14, P8 W-54)', async () => {
    const client = initiatorOf(NN, { expectedIdentity: SMALL_ORDER.identity });
    const { transport } = await playServer(client);
    const forged = transport.encrypt(encodeAttestation(SMALL_ORDER));
    expect((await rejectionOf(client.read(forged))).code).toBe('PATTERNS_ATTESTATION_UNVERIFIED');
  });
});

describe('the server of NN', () => {
  it('refuses its own attestation sent back (P8 W-17)', async () => {
    const server = responderOf(NN);
    const { transport, byServer } = await playClient(server);
    expect(await rejectionOf(server.read(transport.encrypt(byServer)))).toMatchObject({
      code: 'PATTERNS_ATTESTATION_REFLECTED',
      wireCode: 5000,
    });
  });

  it('accepts its own identity attesting anew: another device of the same owner', async () => {
    const server = responderOf(NN);
    const { transport, own, peer } = await playClient(server);
    await server.read(transport.encrypt(await attest(serverSigner, { signer: own, other: peer })));
    expect(server.finish().remoteIdentity).toEqual(SERVER_IDENTITY);
  });

  it('refuses an identity of small order (N8 W-14, P8 W-54)', async () => {
    const server = responderOf(NN);
    const { transport } = await playClient(server);
    const forged = transport.encrypt(encodeAttestation(SMALL_ORDER));
    expect((await rejectionOf(server.read(forged))).code).toBe('PATTERNS_ATTESTATION_UNVERIFIED');
  });

  it('refuses an identity off its allow list that signs well', async () => {
    const server = responderOf(NN, { allowIdentity: [CLIENT_IDENTITY] });
    const { transport, own, peer } = await playClient(server);
    const message = await attest(stranger, { signer: own, other: peer });
    expect((await rejectionOf(server.read(transport.encrypt(message)))).code).toBe(
      'PATTERNS_IDENTITY_REFUSED',
    );
  });
});

describe('a man in the middle of NN with ephemerals of his own', () => {
  it("cannot pass on the server's attestation: the client ends and has sent no byte", async () => {
    const sign = vi.fn((message: Uint8Array) => clientSigner.sign(message));
    const client = initiatorOf(NN, { signer: { publicKey: CLIENT_IDENTITY, sign } });
    const towardsClient = await playServer(client);
    const { byServer } = await playClient(responderOf(NN));
    expect(await rejectionOf(client.read(towardsClient.transport.encrypt(byServer)))).toMatchObject(
      unverified,
    );
    expect(sign).not.toHaveBeenCalled();
  });

  it('cannot pass on the attestation of a client who trusts him', async () => {
    const client = initiatorOf(NN, { expectedIdentity: stranger.publicKey });
    const { transport, own, peer } = await playServer(client);
    await client.read(transport.encrypt(await attest(stranger, { signer: own, other: peer })));
    const byClient = transport.decrypt(await client.write());
    const server = responderOf(NN);
    const towardsServer = await playClient(server);
    expect(await rejectionOf(server.read(towardsServer.transport.encrypt(byClient)))).toMatchObject(
      unverified,
    );
  });

  it('cannot pass on ciphertexts without opening them', async () => {
    const [client, server] = [initiatorOf(NN), responderOf(NN)];
    await playServer(client);
    const { message, next } = bareWrite(bareOf(NN, 'initiator'));
    await server.read(message);
    bareRead(next, await server.write());
    expect((await rejectionOf(client.read(await server.write()))).code).toBe('NOISE_DECRYPT_FAILED');
  });
});
