import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  type AnyKeys,
  BASE_PATTERNS,
  createHandshake,
  type DhToken,
  type HandshakePattern,
  KK,
  NN,
  type Role,
  type Suite,
  type Token,
} from '../src/index.ts';
import { BACKENDS, complete, keysFor, meet, SUITE } from './parties.ts';
import { noiseErrorOf } from './thrown.ts';

/** N8 §3.1: low-order points of Curve25519, little endian, canonical and not. */
const POINTS_25519 = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((text) => {
  const point = hex.decode(text);
  const withBit255 = Uint8Array.from(point);
  withBit255[31]! |= 0x80;
  return [point, withBit255];
});

/** 2^448 − 2^224 − 1 plus `offset`, little endian. */
function aroundP448(offset: bigint): Uint8Array {
  const number = 2n ** 448n - 2n ** 224n - 1n + offset;
  return Uint8Array.from({ length: 56 }, (_, index) => Number((number >> BigInt(8 * index)) & 0xffn));
}

/** Low-order points of Curve448: 0, 1, p − 1, and the first two again as p and p + 1. */
const POINTS_448 = [
  new Uint8Array(56),
  Uint8Array.from({ length: 56 }, (_, index) => (index === 0 ? 1 : 0)),
  aroundP448(-1n),
  aroundP448(0n),
  aroundP448(1n),
];

type Curve = 'x25519' | 'x448';
const POINTS: Record<Curve, readonly Uint8Array[]> = { x25519: POINTS_25519, x448: POINTS_448 };

const CASES = BACKENDS.flatMap(([name, backend]) =>
  (['x25519', 'x448'] as const).map((curve) => {
    const suite: Suite = { dh: backend[curve], cipher: backend.chachaPoly, hash: backend.blake2s };
    return [name, curve, suite, POINTS[curve]] as const;
  }),
);

/** A suite whose own public keys look like `point` in messages, while its DH stays honest. */
function lying(suite: Suite, point: Uint8Array): Suite {
  const lie = <Pair extends { readonly publicKey: Uint8Array }>(pair: Pair): Pair =>
    new Proxy(pair, {
      get: (target, name) => {
        if (name === 'publicKey') return point;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const pairs = new WeakMap<object, ReturnType<Suite['dh']['generateKeyPair']>>();
  const remember = (pair: ReturnType<Suite['dh']['generateKeyPair']>) => {
    const proxy = lie(pair);
    pairs.set(proxy, pair);
    return proxy;
  };
  return {
    ...suite,
    dh: {
      ...suite.dh,
      generateKeyPair: () => remember(suite.dh.generateKeyPair()),
      dh: (local, remote) => suite.dh.dh(pairs.get(local) ?? local, remote),
    },
  };
}

/** The key of the peer that a DH token meets, seen from `role`. */
function remoteKeyOf(token: DhToken, role: Role): 'e' | 's' {
  return (role === 'initiator' ? token[1] : token[0]) as 'e' | 's';
}

const isDh = (token: Token): token is DhToken => ['ee', 'es', 'se', 'ss'].includes(token);

/**
 * Every DH of every base pattern and role whose remote key is the first use of that key: there a bad key must be found.
 */
function firstUses(pattern: HandshakePattern): { role: Role; key: 'e' | 's'; token: DhToken }[] {
  return (['initiator', 'responder'] as const).flatMap((role) => {
    const found = new Map<'e' | 's', DhToken>();
    for (const token of pattern.messages.flat().filter(isDh)) {
      const key = remoteKeyOf(token, role);
      if (!found.has(key)) found.set(key, token);
    }
    return [...found].map(([key, token]) => ({ role, key, token }));
  });
}

/** Runs until the victim (in `role`) throws, with the peer's `key` replaced by a bad point. */
function attack(pattern: HandshakePattern, suite: Suite, role: Role, key: 'e' | 's', point: Uint8Array) {
  const peer: Role = role === 'initiator' ? 'responder' : 'initiator';
  const evil = lying(suite, point);
  // Only the key under attack lies: the other one of the peer is honest.
  const evilSuite = key === 'e' ? evil : { ...suite, dh: { ...suite.dh, dh: evil.dh.dh } };
  const keys = keysFor(pattern, { initiator: suite.dh, responder: suite.dh });
  const lyingStatic = key === 's' ? { s: keys[peer].s && evil.dh.generateKeyPair() } : {};
  const believed: AnyKeys = key === 's' && keys[role].rs !== undefined ? { rs: point } : {};
  const parties = meet(pattern, {
    suites: { initiator: suite, responder: suite, [peer]: evilSuite },
    keys: {
      ...keys,
      [peer]: { ...keys[peer], ...lyingStatic },
      [role]: { ...keys[role], ...believed },
    } as Record<Role, AnyKeys>,
  });
  const error = noiseErrorOf(() => complete(parties));
  return { error, victim: parties[role] };
}

describe.each(CASES)('weak keys on %s with %s [S4.1] W-02 W-03', (_backend, curve, suite, points) => {
  it('gives zero for every point, in the backend', () => {
    const local = suite.dh.generateKeyPair();
    for (const point of points) {
      expect(suite.dh.dh(local, suite.dh.importPublicKey(point)), hex.encode(point)).toEqual(
        new Uint8Array(suite.dh.publicKeyBytes),
      );
    }
  });

  it('refuses every point as the ephemeral key of either side', () => {
    for (const point of points) {
      const responder = createHandshake({ pattern: NN, suite, role: 'responder' }).read(point).next;
      const atWrite = noiseErrorOf(() => responder.write());
      expect([atWrite.code, atWrite.wireCode, atWrite.context]).toEqual([
        'NOISE_WEAK_KEY',
        7000,
        { token: 'ee' },
      ]);
      expect(responder.destroyed).toBe(true);

      const initiator = createHandshake({ pattern: NN, suite, role: 'initiator' }).write().next;
      const message = Uint8Array.of(...point, ...new Uint8Array(16));
      const atRead = noiseErrorOf(() => initiator.read(message));
      expect([atRead.code, atRead.wireCode]).toEqual(['NOISE_WEAK_KEY', 7000]);
      expect(noiseErrorOf(() => initiator.read(message)).code).toBe('NOISE_DESTROYED');
    }
  });

  it('refuses every point as a static key known before, as bytes and as a handle', () => {
    const s = suite.dh.generateKeyPair();
    for (const point of points) {
      for (const rs of [point, suite.dh.importPublicKey(point)]) {
        const initiator = createHandshake({ pattern: KK, suite, role: 'initiator', s, rs });
        const error = noiseErrorOf(() => initiator.write());
        expect([error.code, error.wireCode, error.context]).toEqual([
          'NOISE_WEAK_KEY',
          7000,
          { token: 'es' },
        ]);
        expect(initiator.destroyed).toBe(true);
      }
    }
  });

  it('refuses an all-zero secret key', () => {
    const error = noiseErrorOf(() => suite.dh.importKeyPair(new Uint8Array(suite.dh.secretKeyBytes)));
    expect([error.code, error.wireCode]).toEqual(['NOISE_KEY_INVALID', 7000]);
  });

  it('still accepts honest keys with the highest bit set', () => {
    if (curve !== 'x25519') return;
    const [ours, theirs] = [suite.dh.generateKeyPair(), suite.dh.generateKeyPair()];
    const raised = Uint8Array.from(theirs.publicKey);
    raised[31]! |= 0x80;
    expect(suite.dh.dh(ours, suite.dh.importPublicKey(raised))).toEqual(
      suite.dh.dh(theirs, suite.dh.importPublicKey(ours.publicKey)),
    );
  });
});

describe.each(BACKENDS)('weak keys in every pattern on %s [S4.1] W-02 W-03', (name, backend) => {
  const suite: Suite = { dh: backend.x25519, cipher: backend.chachaPoly, hash: backend.blake2s };
  // noble needs a millisecond for each DH: there one point each, on node all of them.
  const points = name === 'node' ? POINTS_25519 : POINTS_25519.slice(6, 7);
  const uses = Object.values(BASE_PATTERNS).flatMap((pattern) =>
    firstUses(pattern).map((use) => ({ pattern, ...use })),
  );

  it('refuses a bad key in every Diffie-Hellman position, whoever reads or writes', () => {
    const refused = new Set<string>(); // `se` is never first for the initiator: `ee` meets the same key before.
    for (const { pattern, role, key, token } of uses) {
      for (const point of points) {
        const { error, victim } = attack(pattern, suite, role, key, point);
        expect(error.code, `${pattern.name} ${role} ${key}`).toBe('NOISE_WEAK_KEY');
        expect(error.wireCode).toBe(7000);
        expect(error.context).toEqual({ token });
        expect(victim.destroyed).toBe(true);
      }
      refused.add(`${role} ${token} ${key}`);
    }
    expect([...refused].sort()).toEqual([
      'initiator ee e',
      'initiator es s',
      'responder ee e',
      'responder es e',
      'responder se s',
      'responder ss s',
    ]);
  });
});

describe('createHandshake [S4.1] W-02 W-03', () => {
  it('checks the result of every single Diffie-Hellman, also of those no bad key can reach', () => {
    let checked = 0;
    for (const pattern of Object.values(BASE_PATTERNS)) {
      const tokens = pattern.messages.flat().filter(isDh);
      for (const role of ['initiator', 'responder'] as const) {
        for (const [index, token] of tokens.entries()) {
          let calls = 0;
          const zeroAt: Suite = {
            ...SUITE,
            dh: {
              ...SUITE.dh,
              dh: (local, remote) => (calls++ === index ? new Uint8Array(32) : SUITE.dh.dh(local, remote)),
            },
          };
          const parties = meet(pattern, { suites: { [role]: zeroAt } });
          const error = noiseErrorOf(() => complete(parties));
          expect([error.code, error.context]).toEqual(['NOISE_WEAK_KEY', { token }]);
          expect(parties[role].destroyed).toBe(true);
          checked += 1;
        }
      }
    }
    expect(checked).toBe(
      2 * Object.values(BASE_PATTERNS).flatMap(({ messages }) => messages.flat().filter(isDh)).length,
    );
  });
});
