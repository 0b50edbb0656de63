import { inspect } from 'node:util';
import { base64, hex, zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { identityPublicKey } from '../src/identity/identity-signer.ts';
import { deriveNoiseSecret } from '../src/identity/key-derivation.ts';
import * as patterns from '../src/index.ts';
import { suiteWithFixedEphemeralForTestingOnly } from '../src/testing.ts';

/** Bytes without repetition, so that a search for them finds only them. */
function seedOf(start: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => (start + i * 37 + i * i * 11) & 0xff);
}

/** Every spelling a key could leak in, in pieces long enough to be no accident. */
function spellings(secret: Uint8Array): string[] {
  const part = secret.subarray(8, 20);
  const standard = base64.encode(secret);
  const numbers = Array.from(part);
  return [
    hex.encode(part),
    hex.encode(part).toUpperCase(),
    hex.encode(part).replace(/..(?=.)/g, '$& '),
    standard.slice(4, 24),
    standard.slice(4, 24).replaceAll('+', '-').replaceAll('/', '_'),
    zBase32.encode(secret).slice(4, 24),
    numbers.join(','),
    numbers.join(', '),
    numbers.map((byte, i) => `"${i + 8}":${byte}`).join(','),
    String.fromCharCode(...part),
  ];
}

function shownForms(value: unknown): string[] {
  const forms = [
    inspect(value, { depth: 12, showHidden: true, getters: true, maxArrayLength: null }),
    String(value),
  ];
  const json: string | undefined = JSON.stringify(value);
  return json === undefined ? forms : [...forms, json];
}

describe('every public object', () => {
  it('keeps secrets out of JSON, util.inspect and text, at every moment of its life [S1.1] [S1.4]', async () => {
    const [clientSeed, serverSeed, e1, e2] = [seedOf(3), seedOf(90), seedOf(150), seedOf(201)] as const;
    const secrets = [
      ...[clientSeed, serverSeed, e1, e2],
      deriveNoiseSecret(clientSeed, 'a'),
      deriveNoiseSecret(serverSeed, 'b'),
    ];
    const clientKey = patterns.deriveNoiseKeyPair(clientSeed, 'a');
    const serverKey = patterns.deriveNoiseKeyPair(serverSeed, 'b');
    const signer = patterns.createIdentitySigner(clientSeed);
    const shown: string[] = [];
    const identities: unknown[] = [];
    const client = patterns.createProfileHandshake({
      profile: patterns.IK,
      role: 'initiator',
      noiseKey: clientKey,
      signer,
      remoteStatic: serverKey.publicKey,
      suite: suiteWithFixedEphemeralForTestingOnly(e1),
    });
    const server = patterns.createProfileHandshake({
      profile: patterns.IK,
      role: 'responder',
      noiseKey: serverKey,
      allowIdentity: (identity) => identities.push(identity) > 0,
      suite: suiteWithFixedEphemeralForTestingOnly(e2),
    });
    const look = (...values: unknown[]) => {
      for (const value of [clientKey, serverKey, signer, client, server, ...identities, ...values]) {
        shown.push(...shownForms(value));
      }
    };
    look();
    await server.read(await client.write());
    look();
    await client.read(await server.write());
    const sessions = [client.finish(), server.finish()] as const;
    sessions[1].decrypt(sessions[0].encrypt(new Uint8Array(3)));
    const errors = await Promise.allSettled([client.write(), client.read(new Uint8Array(0))]);
    look(...sessions, ...errors.map((settled) => (settled as PromiseRejectedResult).reason));

    const output = shown.join('\n');
    expect(shown.length).toBeGreaterThan(50);
    for (const secret of secrets) {
      for (const spelling of spellings(secret)) expect(output).not.toContain(spelling);
    }
    expect(output).toContain(hex.encode(identityPublicKey(clientSeed).subarray(0, 8)));
  });

  it('shows of a session its public id, and of public keys the first 8 bytes', async () => {
    const { connect, initiator, responder } = await import('./peers.ts');
    const { sessions } = await connect(initiator(), responder());
    const [, server] = sessions;
    const json = JSON.parse(JSON.stringify(server));
    expect(json).toEqual({
      type: 'Session',
      id: hex.encode(server.id),
      pattern: 'IK',
      role: 'responder',
      confirmed: false,
      remoteStatic: '04f4550e826c1bb8',
      remoteIdentity: '8a88e3dd7409f195',
    });
    expect(inspect(server)).toContain(hex.encode(server.id));
  });

  it('hands out copies: changing them changes nothing', async () => {
    const { connect, initiator, responder } = await import('./peers.ts');
    const { sessions } = await connect(initiator(), responder());
    const [, server] = sessions;
    // Copies of their own: compared with themselves, views would always look unchanged.
    const before = [server.id, server.remoteStatic, server.remoteIdentity].map((key) =>
      Uint8Array.from(key as Uint8Array),
    );
    server.id.fill(0);
    server.remoteStatic?.fill(0);
    server.remoteIdentity?.fill(0);
    expect([server.id, server.remoteStatic, server.remoteIdentity]).toEqual(before);
  });
});
