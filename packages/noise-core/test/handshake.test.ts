import { describe, expect, it } from 'vitest';
import * as noble from '../src/backends/noble/index.ts';
import * as node from '../src/backends/node/index.ts';
import {
  type AnyHandshake,
  type AnyKeys,
  BASE_PATTERNS,
  createHandshake,
  createTransport,
  type HandshakePattern,
  IK,
  KN,
  NK,
  NN,
  type Role,
  type Suite,
  withPsk,
  XX,
} from '../src/index.ts';
import { fixedEphemeralsForTestingOnly } from '../src/testing.ts';
import { BACKENDS, bytesOf, complete, connect, exchange, finished, keysFor, meet, SUITE } from './parties.ts';
import { codeOf, noiseErrorOf } from './thrown.ts';

/** Calls a method that the turn may not have. */
function call(handshake: AnyHandshake, method: string, ...args: readonly unknown[]): unknown {
  return (handshake as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[method]!(...args);
}

describe('createHandshake', () => {
  it('agrees on everything both sides can ask for', () => {
    const { dh } = SUITE;
    const [s, rs] = [dh.generateKeyPair(), dh.generateKeyPair()];
    const first = createHandshake({ pattern: IK, suite: SUITE, role: 'initiator', s, rs: rs.publicKey });
    expect(first).toMatchObject({ turn: 'write', role: 'initiator', overhead: 96, destroyed: false });
    expect(first.localEphemeral).toBeUndefined();
    expect(first.remoteEphemeral).toBeUndefined();
    expect(first.remoteStatic).toEqual(rs.publicKey);
    const begun = createHandshake({ pattern: IK, suite: SUITE, role: 'responder', s: rs });
    expect(begun).toMatchObject({ turn: 'read', role: 'responder', overhead: 96 });
    expect(begun.remoteStatic).toBeUndefined();
    expect(begun.handshakeHash).toEqual(first.handshakeHash);

    const written = first.write(bytesOf(11, 1));
    const read = begun.read(written.message);
    expect(read.payload).toEqual(bytesOf(11, 1));
    expect(read.next.remoteStatic).toEqual(s.publicKey);
    expect(read.next.remoteEphemeral).toEqual(written.message.slice(0, 32));
    expect(written.next.localEphemeral).toEqual(written.message.slice(0, 32));
    expect(read.next).toMatchObject({ turn: 'write', overhead: 48 });

    const answered = read.next.write();
    const answer = written.next.read(answered.message);
    expect(answer.payload).toEqual(new Uint8Array(0));
    expect(answer.next).toMatchObject({ turn: 'done', overhead: 0 });
    expect(answer.next.handshakeHash).toEqual(answered.next.handshakeHash);
    expect(answer.next.handshakeHash).toHaveLength(32);
    expect(answer.next.remoteEphemeral).toEqual(answered.next.localEphemeral);
  });

  it('hands out copies: changing them changes nothing', () => {
    const parties = meet(XX);
    exchange(parties, bytesOf(3, 1));
    exchange(parties, bytesOf(3, 1));
    for (const party of Object.values(parties)) {
      for (const name of ['handshakeHash', 'remoteStatic', 'localEphemeral', 'remoteEphemeral'] as const) {
        const before = party[name] && Uint8Array.from(party[name]);
        party[name]?.fill(0);
        expect(party[name], name).toEqual(before);
      }
    }
    complete(parties);
    const [initiator, responder] = [finished(parties.initiator), finished(parties.responder)];
    const hash = initiator.handshakeHash;
    initiator.handshakeHash.fill(9);
    expect(initiator.handshakeHash).toEqual(hash);
    expect(responder.handshakeHash).toEqual(hash);
    initiator.split();
    expect(initiator.handshakeHash).toEqual(hash);
  });

  it('copies pre-shared and remote keys, so that the caller may wipe its own', () => {
    const pattern = withPsk(NK, 0);
    const s = SUITE.dh.generateKeyPair();
    const [rs, psk] = [Uint8Array.from(s.publicKey), bytesOf(32, 6)];
    const initiator = createHandshake({ pattern, suite: SUITE, role: 'initiator', rs, psks: [psk] });
    const responder = createHandshake({
      pattern,
      suite: SUITE,
      role: 'responder',
      s,
      psks: [bytesOf(32, 6)],
    });
    rs.fill(0);
    psk.fill(0);
    complete({ initiator, responder });
  });

  it('never wipes the static key pair, which is borrowed', () => {
    const s = SUITE.dh.generateKeyPair();
    for (const _again of [1, 2]) {
      const initiator = createHandshake({ pattern: KN, suite: SUITE, role: 'initiator', s });
      initiator.destroy();
      expect(s.destroyed).toBe(false);
    }
  });

  it('returns fresh payloads, also of messages in the clear', () => {
    const message = createHandshake({ pattern: NN, suite: SUITE, role: 'initiator' }).write(
      bytesOf(4, 1),
    ).message;
    const { payload } = createHandshake({ pattern: NN, suite: SUITE, role: 'responder' }).read(
      Buffer.from(message),
    );
    expect(payload).toEqual(bytesOf(4, 1));
    expect(Object.getPrototypeOf(payload)).toBe(Uint8Array.prototype);
    expect(payload.buffer.byteLength).toBe(4);
    message.fill(0);
    expect(payload).toEqual(bytesOf(4, 1));
  });

  it('mixes the prologue: different ones end at the first encrypted message', () => {
    const prologues = { initiator: bytesOf(3, 1), responder: bytesOf(3, 2) };
    for (const pattern of Object.values(BASE_PATTERNS)) {
      const parties = meet(pattern, { prologues });
      expect(
        codeOf(() => complete(parties)),
        pattern.name,
      ).toBe('NOISE_DECRYPT_FAILED');
    }
    connect(XX, { prologues: { initiator: bytesOf(70_000, 1), responder: bytesOf(70_000, 1) } });
  });

  it.each([
    [0, 1],
    [2, 2],
    [3, 3],
  ])('refuses another pre-shared key in XXpsk%i, at message %i', (position, message) => {
    const pattern = withPsk(XX, position);
    const keys = keysFor(pattern, { initiator: SUITE.dh, responder: SUITE.dh });
    const parties = meet(pattern, {
      keys: { initiator: keys.initiator, responder: { ...keys.responder, psks: [bytesOf(32, 99)] } },
    });
    for (let i = 1; i < message; i++) exchange(parties, bytesOf(2, i));
    expect(codeOf(() => exchange(parties, bytesOf(2, 1)))).toBe('NOISE_DECRYPT_FAILED');
  });

  it('uses pre-shared keys in their order', () => {
    const pattern = withPsk(NN, 0, 2);
    const [first, second] = [bytesOf(32, 1), bytesOf(32, 2)];
    complete(
      meet(pattern, { keys: { initiator: { psks: [first, second] }, responder: { psks: [first, second] } } }),
    );
    const swapped = meet(pattern, {
      keys: { initiator: { psks: [first, second] }, responder: { psks: [second, first] } },
    });
    expect(codeOf(() => complete(swapped))).toBe('NOISE_DECRYPT_FAILED');
  });

  it('refuses another static key than the expected one', () => {
    const stranger = SUITE.dh.generateKeyPair();
    for (const pattern of [IK, NK]) {
      const keys = keysFor(pattern, { initiator: SUITE.dh, responder: SUITE.dh });
      const parties = meet(pattern, { keys: { ...keys, responder: { s: stranger } } });
      expect(codeOf(() => complete(parties))).toBe('NOISE_DECRYPT_FAILED');
    }
  });
});

describe('a table of the caller that breaks the rules', () => {
  it('ends with the key it asks for too early, wiped, and never goes on without it', () => {
    const pattern: HandshakePattern = { name: 'Q', preMessages: [[], []], messages: [['e', 'ee'], ['e']] };
    const handshake = createHandshake({ pattern, suite: SUITE, role: 'initiator' });
    const error = noiseErrorOf(() => call(handshake, 'write'));
    expect([error.code, error.context]).toEqual(['NOISE_KEY_MISSING', { key: 'ee', pattern: 'Q' }]);
    expect(handshake.destroyed).toBe(true);
    expect(codeOf(() => call(handshake, 'write'))).toBe('NOISE_DESTROYED');
  });
});

describe('a handshake turn', () => {
  const methods: Record<AnyHandshake['turn'], readonly string[]> = {
    write: ['write'],
    read: ['read', 'releaseEphemeral'],
    done: ['split'],
  };
  const all = Object.values(methods).flat();
  const argument = (method: string) => (method === 'read' ? [new Uint8Array(48)] : []);

  it.each([0, 1, 2, 3])('refuses what is not its turn after %i messages of XX, and is wiped', (messages) => {
    for (const role of ['initiator', 'responder'] as const) {
      for (const method of all) {
        const parties = meet(XX);
        for (let i = 0; i < messages; i++) exchange(parties, new Uint8Array(0));
        const party = parties[role];
        if (methods[party.turn].includes(method)) continue;
        const error = noiseErrorOf(() => call(party, method, ...argument(method)));
        expect(error.code).toBe('NOISE_OUT_OF_TURN');
        const wanted = Object.entries(methods).find(([, names]) => names.includes(method))?.[0];
        expect(error.context).toEqual({ wanted, turn: party.turn });
        expect(party.destroyed).toBe(true);
        for (const again of all) {
          expect(codeOf(() => call(party, again, ...argument(again)))).toBe('NOISE_DESTROYED');
        }
      }
    }
  });

  it('cannot be fooled by overwriting `turn`', () => {
    const parties = meet(XX);
    exchange(parties, new Uint8Array(0));
    for (const turn of ['done', 'write'] as const) {
      const early = meet(XX).initiator;
      Object.assign(early, { turn });
      expect(codeOf(() => call(early, turn === 'done' ? 'split' : 'read', new Uint8Array(40)))).toBe(
        'NOISE_OUT_OF_TURN',
      );
    }
  });

  it('is used up by its use, and using it again ends the handshake', () => {
    const parties = meet(XX);
    const first = parties.initiator;
    exchange(parties, new Uint8Array(0));
    expect(codeOf(() => call(first, 'write'))).toBe('NOISE_STATE_CONSUMED');
    expect(parties.initiator.destroyed).toBe(true);
    expect(codeOf(() => call(parties.initiator, 'read', new Uint8Array(96)))).toBe('NOISE_DESTROYED');
  });

  it('cannot be split twice; the first transport lives on', () => {
    const parties = meet(NN);
    complete(parties);
    const done = finished(parties.initiator);
    const transport = createTransport(done.split());
    expect(codeOf(() => done.split())).toBe('NOISE_STATE_CONSUMED');
    expect(transport.destroyed).toBe(false);
    expect(
      createTransport(finished(parties.responder).split()).decrypt(transport.encrypt(bytesOf(3, 3))),
    ).toEqual(bytesOf(3, 3));
  });

  it('is over after destroy, in every turn [S1.4]', () => {
    for (const messages of [0, 1, 2, 3]) {
      const parties = meet(XX);
      for (let i = 0; i < messages; i++) exchange(parties, new Uint8Array(0));
      for (const party of Object.values(parties)) {
        if (messages % 2 === 0) party.destroy();
        else party[Symbol.dispose]();
        party.destroy();
        expect(party.destroyed).toBe(true);
        for (const method of all)
          expect(codeOf(() => call(party, method, ...argument(method)))).toBe('NOISE_DESTROYED');
      }
    }
  });

  it('ends when a payload is no bytes or too long', () => {
    const tooLong = meet(NN).initiator;
    const error = noiseErrorOf(() => call(tooLong, 'write', new Uint8Array(65_535 - 32 + 1)));
    expect([error.code, error.context]).toEqual([
      'NOISE_MESSAGE_TOO_LONG',
      { maximum: 65_503, actual: 65_504 },
    ]);
    expect(tooLong.destroyed).toBe(true);
    const noBytes = meet(NN).initiator;
    expect(() => call(noBytes, 'write', 'text')).toThrow(TypeError);
    expect(noBytes.destroyed).toBe(true);
    const longest = meet(NN);
    expect(exchange(longest, new Uint8Array(65_535 - 32)).message).toHaveLength(65_535);
  });

  it('refuses a message shorter than its overhead or longer than 65 535 bytes', () => {
    for (const [length, code, context] of [
      [31, 'NOISE_MESSAGE_TOO_SHORT', { minimum: 32, actual: 31 }],
      [0, 'NOISE_MESSAGE_TOO_SHORT', { minimum: 32, actual: 0 }],
      [65_536, 'NOISE_MESSAGE_TOO_LONG', { maximum: 65_535, actual: 65_536 }],
    ] as const) {
      const { responder } = meet(NN);
      const error = noiseErrorOf(() => call(responder, 'read', new Uint8Array(length)));
      expect([error.code, error.context]).toEqual([code, context]);
      expect(responder.destroyed).toBe(true);
    }
  });
});

describe('backends together', () => {
  it.each(['x25519', 'x448'] as const)('interoperate, in every mix and with every part (%s)', (curve) => {
    for (const [, left] of BACKENDS) {
      for (const [, right] of BACKENDS) {
        for (const cipher of ['chachaPoly', 'aesGcm'] as const) {
          for (const hash of ['sha256', 'sha512', 'blake2s', 'blake2b'] as const) {
            const suite = (backend: typeof left): Suite => ({
              dh: backend[curve],
              cipher: backend[cipher],
              hash: backend[hash],
            });
            const { initiator, responder } = connect(XX, {
              suites: { initiator: suite(left), responder: suite(right) },
            });
            expect(responder.decrypt(initiator.encrypt(bytesOf(500, 1)))).toEqual(bytesOf(500, 1));
            expect(initiator.decrypt(responder.encrypt(bytesOf(3, 1)))).toEqual(bytesOf(3, 1));
          }
        }
      }
    }
  });

  it('may be mixed part by part', () => {
    const mixed: Suite = { dh: node.x25519, cipher: noble.chachaPoly, hash: node.blake2s };
    connect(IK, { suites: { initiator: mixed, responder: SUITE } });
  });
});

describe('fixedEphemeralsForTestingOnly', () => {
  it('hands out the keys it was given, once', () => {
    const dh = fixedEphemeralsForTestingOnly(SUITE.dh, bytesOf(32, 1));
    expect(dh.generateKeyPair().publicKey).toEqual(SUITE.dh.importKeyPair(bytesOf(32, 1)).publicKey);
    expect(() => dh.generateKeyPair()).toThrow(RangeError);
  });

  it('makes a handshake repeatable', () => {
    const messages = [1, 2].map(() => {
      const keys: Record<Role, AnyKeys> = { initiator: {}, responder: {} };
      const suite = (seed: number): Suite => ({
        ...SUITE,
        dh: fixedEphemeralsForTestingOnly(SUITE.dh, bytesOf(32, seed)),
      });
      return complete(meet(NN, { keys, suites: { initiator: suite(1), responder: suite(2) } })).map(
        ({ message }) => message,
      );
    });
    expect(messages[0]).toEqual(messages[1]);
  });
});
