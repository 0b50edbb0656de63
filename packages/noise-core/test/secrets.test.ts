import { inspect } from 'node:util';
import { base64, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  type AnyKeys,
  CipherState,
  createHandshake,
  createTransport,
  DatagramTransport,
  type HandshakePattern,
  IK,
  N,
  NN,
  NoiseError,
  type Role,
  type Suite,
  withPsk,
  XX,
} from '../src/index.ts';
import { fixedEphemeralsForTestingOnly } from '../src/testing.ts';
import { BACKENDS, bytesOf, complete, exchange, finished, meet, type Parties, SUITE } from './parties.ts';
import { notWiped, type Recording, recordingSuite } from './recording-suite.ts';
import { codeOf, thrownBy } from './thrown.ts';

/** Every text form in which someone could meet the bytes. */
function formsOf(bytes: Uint8Array): string[] {
  const standard = base64.encode(bytes);
  return [
    hex.encode(bytes),
    hex.encode(bytes).toUpperCase(),
    hex.encode(bytes).replace(/(..)(?!$)/g, '$1 '),
    standard,
    standard.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'),
    bytes.join(),
    bytes.join(', '),
    String.fromCharCode(...bytes),
  ];
}

/** Every text an object shows of itself and of all that can be reached from it. */
function textsOf(root: unknown): string {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) {
      texts.push(String(value));
      return;
    }
    seen.add(value);
    texts.push(
      inspect(value, {
        showHidden: true,
        depth: null,
        maxArrayLength: null,
        maxStringLength: null,
        breakLength: 1e9,
      }),
    );
    if (value instanceof Uint8Array) {
      texts.push(hex.encode(value), value.join());
      return;
    }
    try {
      texts.push(
        JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}` : member)) ??
          '',
      );
      texts.push(`${value}`);
    } catch {
      // Some objects have no text form: nothing leaks then.
    }
    for (let owner: object | null = value; owner !== null; owner = Object.getPrototypeOf(owner)) {
      for (const name of Reflect.ownKeys(owner)) {
        const descriptor = Reflect.getOwnPropertyDescriptor(owner, name);
        texts.push(String(name));
        try {
          visit(descriptor?.get === undefined ? descriptor?.value : descriptor.get.call(value));
        } catch {
          // Getters of prototypes may refuse.
        }
      }
    }
  };
  visit(root);
  return texts.join('\n');
}

function expectNoSecretIn(what: string, objects: readonly unknown[], secrets: readonly Uint8Array[]): void {
  const text = objects.map(textsOf).join('\n');
  for (const secret of secrets) {
    if (secret.every((byte) => byte === 0)) continue;
    for (const form of formsOf(secret))
      expect(text.includes(form), `${what} shows ${form.slice(0, 8)}…`).toBe(false);
  }
}

/** A handshake in which every secret is known, with what recorded the others. */
function observed(pattern: HandshakePattern, base: Suite) {
  const known = { initiatorStatic: bytesOf(32, 11), responderStatic: bytesOf(32, 12), psk: bytesOf(32, 13) };
  const ephemerals = { initiator: bytesOf(32, 14), responder: bytesOf(32, 15) };
  const dh = base.dh;
  const statics = {
    initiator: dh.importKeyPair(known.initiatorStatic),
    responder: dh.importKeyPair(known.responderStatic),
  };
  const recordings: Recording[] = [];
  const suiteOf = (role: Role): Suite => {
    const { suite, recording } = recordingSuite({
      ...base,
      dh: fixedEphemeralsForTestingOnly(dh, ephemerals[role]),
    });
    recordings.push(recording);
    return suite;
  };
  const psks = pattern.name.includes('psk') ? [known.psk] : undefined;
  const needs =
    { N: { initiator: 'rs', responder: 's' }, IK: { initiator: 's rs', responder: 's' } }[
      pattern.name.slice(0, 2).replace('Np', 'N')
    ] ??
    (pattern.name.startsWith('NN') ? { initiator: '', responder: '' } : { initiator: 's', responder: 's' });
  const keysOf = (role: Role, peer: Role): AnyKeys => ({
    s: / ?\bs\b/.test(needs[role]) ? statics[role] : undefined,
    rs: needs[role].includes('rs') ? statics[peer].publicKey : undefined,
    psks,
  });
  const parties = meet(pattern, {
    suites: { initiator: suiteOf('initiator'), responder: suiteOf('responder') },
    keys: { initiator: keysOf('initiator', 'responder'), responder: keysOf('responder', 'initiator') },
  });
  const secrets = () => [
    ...Object.values(known),
    ...Object.values(ephemerals),
    ...recordings.flatMap((recording) =>
      recording.secrets.map(({ copy }) => copy).filter((copy) => !publicBytes.has(hex.encode(copy))),
    ),
  ];
  // Before anything secret is mixed in, the chaining key is a public function of the protocol name.
  const publicBytes = new Set<string>([hex.encode(parties.initiator.handshakeHash)]);
  return { parties, recordings, secrets, statics };
}

const PATTERNS: readonly HandshakePattern[] = [XX, IK, NN, N, withPsk(XX, 0), withPsk(IK, 1), withPsk(NN, 2)];

describe.each(BACKENDS)('secrets on %s', (_, backend) => {
  const suite: Suite = { dh: backend.x25519, cipher: backend.chachaPoly, hash: backend.blake2s };

  it.each(PATTERNS.map((pattern) => [pattern.name, pattern] as const))(
    'of %s are in no public object, at any stage [S1.1]',
    (_name, pattern) => {
      const { parties, secrets, statics } = observed(pattern, suite);
      const objects: unknown[] = [...Object.values(statics), suite];
      const look = (what: string) => expectNoSecretIn(what, objects, secrets());
      objects.push(...Object.values(parties));
      look('the beginning');
      while (parties.initiator.turn !== 'done' || parties.responder.turn !== 'done') {
        objects.push(exchange(parties, bytesOf(3, 1)), ...Object.values(parties));
        look(`turn ${parties.initiator.turn}`);
      }
      const transports = [
        createTransport(finished(parties.initiator).split()),
        createTransport(finished(parties.responder).split()),
      ] as const;
      objects.push(...transports);
      const sealed = transports[0].encrypt(bytesOf(30, 1));
      transports[1].decrypt(sealed);
      transports[0].rekeySend();
      transports[1].rekeyReceive();
      transports[1].decrypt(transports[0].encrypt(bytesOf(30, 1)));
      look('the transports');
      objects.push(thrownBy(() => transports[1].decrypt(sealed)));
      look('the error');
      expect(secrets().length).toBeGreaterThan(10);
    },
  );

  it('of key pairs, cipher states and datagram transports are in no public object [S1.1]', () => {
    const secretKey = bytesOf(32, 21);
    const pair = suite.dh.importKeyPair(secretKey);
    const key = bytesOf(32, 22);
    const state = new CipherState(suite.cipher, key);
    const parties = meet(NN, { suites: { initiator: suite, responder: suite } });
    complete(parties);
    const datagrams = new DatagramTransport(finished(parties.initiator).split());
    expectNoSecretIn('a holder', [pair, state, datagrams], [secretKey, Uint8Array.from(key)]);
    expect(JSON.stringify({ pair })).toBe('{"pair":"[KeyPair]"}');
    expect(inspect(pair)).toBe('[KeyPair]');
    expect(`${pair}${state}${datagrams}`).not.toContain('21');
  });

  it('of a key pair are unusable after destroy [S1.4]', () => {
    for (const dh of [backend.x25519, backend.x448]) {
      const remote = dh.importPublicKey(dh.generateKeyPair().publicKey);
      for (const pair of [dh.generateKeyPair(), dh.importKeyPair(bytesOf(dh.secretKeyBytes, 3))]) {
        const publicKey = Uint8Array.from(pair.publicKey);
        pair.destroy();
        pair[Symbol.dispose]();
        expect(pair.destroyed).toBe(true);
        expect(pair.publicKey).toEqual(publicKey);
        expect(codeOf(() => dh.dh(pair, remote))).toBe('NOISE_DESTROYED');
      }
    }
  });

  it('are copied on import, so that the caller may wipe its own', () => {
    for (const dh of [backend.x25519, backend.x448]) {
      const secretKey = bytesOf(dh.secretKeyBytes, 5);
      const pair = dh.importKeyPair(secretKey);
      expect(secretKey).toEqual(bytesOf(dh.secretKeyBytes, 5));
      const remote = dh.importPublicKey(dh.generateKeyPair().publicKey);
      const shared = dh.dh(pair, remote);
      secretKey.fill(0);
      expect(dh.dh(pair, remote)).toEqual(shared);
    }
  });
});

describe('wiping [S1.4]', () => {
  /** All buffers of all recordings, and all ephemeral pairs. */
  const expectWiped = (recordings: readonly Recording[], except: readonly string[] = []) => {
    for (const recording of recordings) {
      expect(notWiped(recording)).toEqual(except);
      for (const pair of recording.ephemerals) expect(pair.destroyed).toBe(true);
    }
  };

  it.each(PATTERNS.map((pattern) => [pattern.name, pattern] as const))(
    'of %s leaves nothing after split but the transport keys, and nothing after those are destroyed',
    (_, pattern) => {
      const { parties, recordings } = observed(pattern, SUITE);
      complete(parties);
      const ends = [
        createTransport(finished(parties.initiator).split()),
        createTransport(finished(parties.responder).split()),
      ];
      expectWiped(recordings);
      ends[1]!.decrypt(ends[0]!.encrypt(bytesOf(2, 2)));
      for (const recording of recordings) expect(notWiped(recording)).toEqual(['cipher key']);
      for (const end of ends) end.destroy();
      expectWiped(recordings);
    },
  );

  it.each(PATTERNS.map((pattern) => [pattern.name, pattern] as const))(
    'of %s happens at destroy, after any number of messages',
    (_, pattern) => {
      for (let count = 0; count <= pattern.messages.length; count++) {
        const { parties, recordings } = observed(pattern, SUITE);
        for (let i = 0; i < count; i++) exchange(parties, bytesOf(2, i));
        for (const party of Object.values(parties)) party.destroy();
        expectWiped(recordings);
      }
    },
  );

  it.each(PATTERNS.map((pattern) => [pattern.name, pattern] as const))(
    'of %s happens at a failure, in any message',
    (_, pattern) => {
      for (let count = 0; count < pattern.messages.length; count++) {
        const { parties, recordings } = observed(pattern, SUITE);
        for (let i = 0; i < count; i++) exchange(parties, bytesOf(2, i));
        failBoth(parties);
        expectWiped(recordings);
      }
    },
  );

  it('of pre-shared keys reaches the copies, used or not', () => {
    const pattern = withPsk(NN, 0, 2);
    const psks = [bytesOf(32, 1), bytesOf(32, 2)];
    // Copies not used yet pass through nothing that could be observed, but are wiped by `fill`.
    const wiped: string[] = [];
    const { fill } = Uint8Array.prototype;
    Uint8Array.prototype.fill = function (this: Uint8Array, ...args: Parameters<typeof fill>) {
      wiped.push(hex.encode(this));
      return fill.apply(this, args);
    };
    try {
      createHandshake({ pattern, suite: SUITE, role: 'initiator', psks }).write().next.destroy();
    } finally {
      Uint8Array.prototype.fill = fill;
    }
    for (const psk of psks) expect(wiped).toContain(hex.encode(psk));
    expect(psks).toEqual([bytesOf(32, 1), bytesOf(32, 2)]);
  });

  it('never reaches what the caller owns', () => {
    const { parties, statics } = observed(IK, SUITE);
    failBoth(parties);
    expect([statics.initiator.destroyed, statics.responder.destroyed]).toEqual([false, false]);
  });
});

/** Makes the reader fail at a forged message, and the writer at a payload that is too long. */
function failBoth(parties: Parties): void {
  for (const party of Object.values(parties)) {
    const error = thrownBy(() => {
      if (party.turn === 'read') return party.read(bytesOf(65_536, 1));
      if (party.turn === 'write') return party.write(new Uint8Array(65_535));
      throw new Error('it is over');
    });
    expect(error).toBeInstanceOf(NoiseError);
    expect(party.destroyed).toBe(true);
  }
}
