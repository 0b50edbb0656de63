import type { Role, Suite } from '@pubky-paykit/noise-core';
import * as noble from '@pubky-paykit/noise-core/noble';
import * as node from '@pubky-paykit/noise-core/node';
import { fixedEphemeralsForTestingOnly } from '@pubky-paykit/noise-core/testing';
import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { decodeAttestation } from '../../src/identity/attestation-message.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import {
  CLIENT_CONTEXT,
  CLIENT_IDENTITY,
  CLIENT_NOISE_KEY,
  CLIENT_SEED,
  INITIATOR_EPHEMERAL_SECRET,
  RESPONDER_EPHEMERAL_SECRET,
  SERVER_CONTEXT,
  SERVER_IDENTITY,
  SERVER_NOISE_KEY,
  SERVER_SEED,
} from '../../src/testing.ts';
import { bytes } from '../bytes.ts';
import { bareOf, bareRead, bareTransport, bareWrite, connect, initiatorOf, responderOf } from '../peers.ts';
import { ATTESTATIONS, VECTORS } from './vectors.ts';

type Backend = typeof noble | typeof node;

const EMPTY = new Uint8Array(0);
const [HELLO, WORLD] = [encodeUtf8('hello'), encodeUtf8('world')];

const NAMES = Object.keys(VECTORS) as (keyof typeof VECTORS)[];
const BACKENDS = { noble, node };
const CASES = Object.entries(BACKENDS).flatMap(([backend, functions]) =>
  NAMES.map((name) => [name, backend, functions] as const),
);

function suiteOf(backend: Backend, role: Role): Suite {
  const ephemeral = role === 'initiator' ? INITIATOR_EPHEMERAL_SECRET : RESPONDER_EPHEMERAL_SECRET;
  return {
    dh: fixedEphemeralsForTestingOnly(backend.x25519, ephemeral),
    cipher: backend.chachaPoly,
    hash: backend.blake2s,
  };
}

function staticKey(backend: Backend, role: Role) {
  return role === 'initiator'
    ? deriveNoiseKeyPair(CLIENT_SEED, CLIENT_CONTEXT, backend.x25519)
    : deriveNoiseKeyPair(SERVER_SEED, SERVER_CONTEXT, backend.x25519);
}

function vectorPeer(profile: Profile, backend: Backend, role: Role): ProfileHandshake {
  const wantsKey = profile.options[role].required.includes('noiseKey');
  const change = { suite: suiteOf(backend, role), ...(wantsKey && { noiseKey: staticKey(backend, role) }) };
  return role === 'initiator' ? initiatorOf(profile, change) : responderOf(profile, change);
}

/** Runs a bare handshake to its end; the hashes are those both sides had after each message. */
function runBare(profile: Profile, backend: Backend) {
  const messages: string[] = [];
  const hashes: string[] = [];
  let [writer, reader] = [
    bareOf(profile, 'initiator', {
      suite: suiteOf(backend, 'initiator'),
      s: staticKey(backend, 'initiator'),
    }),
    bareOf(profile, 'responder', {
      suite: suiteOf(backend, 'responder'),
      s: staticKey(backend, 'responder'),
    }),
  ];
  while (writer.turn === 'write') {
    const { message, next } = bareWrite(writer);
    messages.push(hex.encode(message));
    const read = bareRead(reader, message);
    expect(read.handshakeHash).toEqual(next.handshakeHash);
    hashes.push(hex.encode(next.handshakeHash));
    [writer, reader] = [read, next];
  }
  const [initiator, responder] = writer.role === 'initiator' ? [writer, reader] : [reader, writer];
  return { messages, hashes, transports: [bareTransport(initiator), bareTransport(responder)] as const };
}

describe.each(CASES)('%s on the %s backend', (name, _, backend) => {
  const profile: Profile = PROFILES[name];
  const vector = VECTORS[name];

  it('gives the messages and the session id of N8 A.4 (A-1) [S3.1]', async () => {
    const { sessions, messages } = await connect(
      vectorPeer(profile, backend, 'initiator'),
      vectorPeer(profile, backend, 'responder'),
    );
    expect(messages.slice(0, vector.messages.length).map((message) => hex.encode(message))).toEqual(
      vector.messages,
    );
    expect(messages.length).toBe(vector.messages.length + profile.completion.length);
    for (const session of sessions) expect(hex.encode(session.id)).toBe(vector.hashes.at(-1));
    const { initiator, responder } = profile.guarantees;
    expect(sessions[1].remoteStatic).toEqual(responder.proves.remoteStatic ? CLIENT_NOISE_KEY : undefined);
    expect(sessions[0].remoteStatic).toEqual(name === 'NN' ? undefined : SERVER_NOISE_KEY);
    expect(sessions[0].remoteIdentity).toEqual(initiator.proves.remoteIdentity ? SERVER_IDENTITY : undefined);
    expect(sessions[1].remoteIdentity).toEqual(responder.proves.remoteIdentity ? CLIENT_IDENTITY : undefined);
  });

  it('reaches the temporary ids and the transport samples of N8 A.4 (A-1) [S3.1]', () => {
    const { messages, hashes, transports } = runBare(profile, backend);
    expect(messages).toEqual(vector.messages);
    expect(hashes).toEqual(vector.hashes);
    const [client, server] = transports;
    expect(hex.encode(client.encrypt(HELLO))).toBe(vector.hello);
    if (vector.world) expect(hex.encode(server.encrypt(WORLD))).toBe(vector.world);
    expect(hex.encode(client.encrypt(EMPTY))).toBe(vector.empty);
    expect(server.decrypt(bytes(vector.hello))).toEqual(HELLO);
    if (vector.world) expect(client.decrypt(bytes(vector.world))).toEqual(WORLD);
    expect(server.decrypt(bytes(vector.empty))).toEqual(EMPTY);
  });

  it('has the transport keys of N8 A.4', () => {
    const { encrypt } = backend.chachaPoly;
    const [k1, k2] = vector.keys.map(bytes);
    expect(hex.encode(encrypt(k1 as Uint8Array, 0n, EMPTY, HELLO))).toBe(vector.hello);
    expect(hex.encode(encrypt(k1 as Uint8Array, 1n, EMPTY, EMPTY))).toBe(vector.empty);
    if (k2) expect(hex.encode(encrypt(k2, 0n, EMPTY, WORLD))).toBe(vector.world);
    expect(k2 === undefined).toBe(profile.oneWay);
  });

  it('agrees with the other backend, byte for byte', async () => {
    const other = backend === noble ? node : noble;
    const { messages } = await connect(
      vectorPeer(profile, backend, 'initiator'),
      vectorPeer(profile, other, 'responder'),
    );
    expect(messages.slice(0, vector.messages.length).map((message) => hex.encode(message))).toEqual(
      vector.messages,
    );
  });
});

describe.each(['IK-raw', 'N', 'XX'] as const)('a session of %s', (name) => {
  it('carries the transport samples of N8 A.4 (A-1) [S3.1]', async () => {
    const profile = PROFILES[name];
    const vector = VECTORS[name];
    const { sessions } = await connect(
      vectorPeer(profile, node, 'initiator'),
      vectorPeer(profile, noble, 'responder'),
    );
    const [client, server] = sessions;
    expect(hex.encode(client.encrypt(HELLO))).toBe(vector.hello);
    if (vector.world) expect(hex.encode(server.encrypt(WORLD))).toBe(vector.world);
    expect(hex.encode(client.encrypt(EMPTY))).toBe(vector.empty);
    expect(server.decrypt(bytes(vector.hello))).toEqual(HELLO);
    expect(server.decrypt(bytes(vector.empty))).toEqual(EMPTY);
    if (vector.world) expect(client.decrypt(bytes(vector.world))).toEqual(WORLD);
  });
});

describe.each(Object.entries(BACKENDS))('the attestations of NN on the %s backend', (_, backend) => {
  it('are those of N8 A.7, the server first, under the keys of N8 A.4', async () => {
    const { sessions, messages } = await connect(
      vectorPeer(PROFILES.NN, backend, 'initiator'),
      vectorPeer(PROFILES.NN, backend, 'responder'),
    );
    const [k1, k2] = VECTORS.NN.keys.map(bytes) as [Uint8Array, Uint8Array];
    const [, , byServer, byClient] = messages as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const opened = (key: Uint8Array, message: Uint8Array) =>
      decodeAttestation(backend.chachaPoly.decrypt(key, 0n, EMPTY, message) as Uint8Array);
    expect(opened(k2, byServer)).toEqual({
      identity: SERVER_IDENTITY,
      signature: bytes(ATTESTATIONS.server),
    });
    expect(opened(k1, byClient)).toEqual({
      identity: CLIENT_IDENTITY,
      signature: bytes(ATTESTATIONS.client),
    });
    // The attestations took nonce 0 of each direction.
    expect(sessions.map(({ sent, received }) => [sent, received])).toEqual([
      [1n, 1n],
      [1n, 1n],
    ]);
  });
});
