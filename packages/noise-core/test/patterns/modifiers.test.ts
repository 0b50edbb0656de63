import { describe, expect, it } from 'vitest';
import {
  BASE_PATTERNS,
  createHandshake,
  createTransport,
  factsOf,
  fallback,
  findPatternProblem,
  type HandshakePattern,
  IK,
  messageOverhead,
  NN,
  NX,
  withPsk,
  X1X1,
  XX,
} from '../../src/index.ts';
import { bytesOf, complete, connect, finished, meet, SUITE } from '../parties.ts';
import { codeOf } from '../thrown.ts';

/** Every non-empty set of positions, ascending. */
function positionSets(pattern: HandshakePattern): number[][] {
  const count = pattern.messages.length + 1;
  return Array.from({ length: 2 ** count - 1 }, (_, set) =>
    Array.from({ length: count }, (_, position) => position).filter(
      (position) => (set + 1) & (1 << position),
    ),
  );
}

const PSK_PATTERNS = Object.values(BASE_PATTERNS).flatMap((pattern) =>
  positionSets(pattern).map((positions) => withPsk(pattern, ...positions)),
);

describe('withPsk', () => {
  it('puts psk0 before the first token and pskN at the end of message N', () => {
    expect(withPsk(XX, 0).messages).toEqual([
      ['psk', 'e'],
      ['e', 'ee', 's', 'es'],
      ['s', 'se'],
    ]);
    expect(withPsk(XX, 1, 2).messages).toEqual([
      ['e', 'psk'],
      ['e', 'ee', 's', 'es', 'psk'],
      ['s', 'se'],
    ]);
    expect(withPsk(XX, 0, 1, 3)).toEqual({
      name: 'XXpsk0+psk1+psk3',
      preMessages: [[], []],
      messages: [
        ['psk', 'e', 'psk'],
        ['e', 'ee', 's', 'es'],
        ['s', 'se', 'psk'],
      ],
    });
  });

  it('leaves the pattern it is given alone', () => {
    const before = JSON.stringify(XX);
    withPsk(XX, 0, 3);
    expect(JSON.stringify(XX)).toBe(before);
  });

  it('makes a valid pattern of every combination for every base pattern', () => {
    // 3 patterns of one message, 16 of two, 14 of three, 5 of four.
    const expected = Object.values(BASE_PATTERNS).reduce(
      (sum, { messages }) => sum + 2 ** (messages.length + 1) - 1,
      0,
    );
    expect(PSK_PATTERNS).toHaveLength(expected);
    expect(PSK_PATTERNS.filter((pattern) => findPatternProblem(pattern) !== undefined)).toEqual([]);
  });

  it('makes messages of the length that the facts foretell, in every combination', () => {
    for (const pattern of PSK_PATTERNS) {
      const facts = factsOf(pattern);
      const exchanges = complete(meet(pattern), bytesOf(5, 1));
      expect(
        exchanges.map(({ message }) => message.length - 5),
        pattern.name,
      ).toEqual(facts.messages.map((message) => messageOverhead(message, 32)));
      expect(exchanges.every(({ received }) => received.length === 5 && received[0] === 98)).toBe(true);
    }
  });

  it('encrypts every payload of a pre-shared key pattern, the first included (§9.2)', () => {
    for (const pattern of PSK_PATTERNS) {
      expect(factsOf(pattern).messages.every(({ tags }) => tags > 0)).toBe(true);
    }
  });

  it.each<[string, readonly number[]]>([
    ['no position', []],
    ['a position behind the last message', [4]],
    ['a negative position', [-1]],
    ['half a position', [0.5]],
    ['not a number', [Number.NaN]],
    ['the same position twice', [1, 1]],
    ['descending positions', [2, 1]],
  ])('refuses %s', (_, positions) => {
    expect(codeOf(() => withPsk(XX, ...positions))).toBe('NOISE_PATTERN_INVALID');
  });

  it('refuses every position outside of the messages, for every base pattern', () => {
    for (const pattern of Object.values(BASE_PATTERNS)) {
      expect(codeOf(() => withPsk(pattern, pattern.messages.length + 1))).toBe('NOISE_PATTERN_INVALID');
    }
  });

  it('refuses a pattern that has pre-shared keys', () => {
    expect(codeOf(() => withPsk(withPsk(XX, 0), 1))).toBe('NOISE_PATTERN_INVALID');
  });
});

describe('fallback', () => {
  it('makes the first message a pre-message of the new responder', () => {
    expect(fallback(XX)).toEqual({
      name: 'XXfallback',
      preMessages: [[], ['e']],
      messages: [
        ['e', 'ee', 's', 'se'],
        ['s', 'es'],
      ],
    });
    expect(withPsk(fallback(XX), 0).name).toBe('XXfallback+psk0');
    expect(fallback(withPsk(XX, 3)).name).toBe('XXpsk3+fallback');
  });

  const legal = Object.values(BASE_PATTERNS).filter(
    ({ messages }) => messages.length > 1 && messages[0]!.every((token) => token === 'e' || token === 's'),
  );

  it('runs end to end for every pattern it is legal for', () => {
    expect(legal.length).toBeGreaterThanOrEqual(25);
    for (const base of legal) {
      const pattern = fallback(base);
      expect(findPatternProblem(pattern), pattern.name).toBeUndefined();
      const { initiator, responder } = connect(pattern);
      expect(responder.decrypt(initiator.encrypt(Uint8Array.of(7)))).toEqual(Uint8Array.of(7));
      expect(initiator.decrypt(responder.encrypt(Uint8Array.of(8)))).toEqual(Uint8Array.of(8));
    }
  });

  it('needs the keys of the first message from before, and says so in the facts', () => {
    const { keys } = factsOf(fallback(XX));
    expect(keys.initiator).toEqual({ s: true, rs: false, e: false, re: true });
    expect(keys.responder).toEqual({ s: true, rs: false, e: true, re: false });
    const ofIX = factsOf(fallback(BASE_PATTERNS['IX']!)).keys;
    expect(ofIX.initiator).toEqual({ s: true, rs: true, e: false, re: true });
    expect(ofIX.responder).toEqual({ s: true, rs: false, e: true, re: false });
  });

  it('runs with pre-shared keys in every position', () => {
    for (const positions of positionSets(fallback(XX))) {
      const pattern = withPsk(fallback(XX), ...positions);
      const exchanges = complete(meet(pattern), bytesOf(3, 2));
      expect(exchanges.map(({ message }) => message.length - 3)).toEqual(
        factsOf(pattern).messages.map((message) => messageOverhead(message, 32)),
      );
    }
  });

  it('is refused for every other pattern', () => {
    for (const pattern of Object.values(BASE_PATTERNS)) {
      if (legal.includes(pattern)) continue;
      expect(
        codeOf(() => fallback(pattern)),
        pattern.name,
      ).toBe('NOISE_PATTERN_INVALID');
    }
    expect(codeOf(() => fallback(withPsk(XX, 0)))).toBe('NOISE_PATTERN_INVALID');
    expect(codeOf(() => fallback(withPsk(XX, 1)))).toBe('NOISE_PATTERN_INVALID');
    expect(codeOf(() => fallback({ name: 'Q', preMessages: [[], []], messages: [] }))).toBe(
      'NOISE_PATTERN_INVALID',
    );
  });

  it('carries Noise Pipes: IK fails, and both go on with XXfallback (§10.4)', () => {
    const { dh } = SUITE;
    const [initiatorStatic, responderStatic, oldStatic] = [
      dh.generateKeyPair(),
      dh.generateKeyPair(),
      dh.generateKeyPair(),
    ];
    const zeroRtt = createHandshake({
      pattern: IK,
      suite: SUITE,
      role: 'initiator',
      s: initiatorStatic,
      rs: oldStatic.publicKey,
    }).write(bytesOf(9, 3));
    const responder = createHandshake({ pattern: IK, suite: SUITE, role: 'responder', s: responderStatic });
    expect(codeOf(() => responder.read(zeroRtt.message))).toBe('NOISE_DECRYPT_FAILED');

    const pattern = fallback(XX);
    const answer = createHandshake({
      pattern,
      suite: SUITE,
      role: 'initiator',
      s: responderStatic,
      re: zeroRtt.message.slice(0, 32),
    }).write(bytesOf(4, 1));
    const e = zeroRtt.next.releaseEphemeral();
    expect(codeOf(() => zeroRtt.next.read(answer.message))).toBe('NOISE_STATE_CONSUMED');
    const fellBack = createHandshake({ pattern, suite: SUITE, role: 'responder', s: initiatorStatic, e });
    const read = fellBack.read(answer.message);
    expect(read.payload).toEqual(bytesOf(4, 1));
    const last = read.next.write();
    const done = answer.next.read(last.message).next;
    expect(done.remoteStatic).toEqual(initiatorStatic.publicKey);
    expect(last.next.remoteStatic).toEqual(responderStatic.publicKey);
    expect(done.handshakeHash).toEqual(last.next.handshakeHash);
    const [left, right] = [createTransport(done.split()), createTransport(last.next.split())];
    expect(right.decrypt(left.encrypt(Uint8Array.of(1)))).toEqual(Uint8Array.of(1));
    expect(e.destroyed).toBe(true);
  });

  it('takes an ephemeral pair once: a second handshake with it could repeat a key and nonce', () => {
    const e = SUITE.dh.generateKeyPair();
    const options = { pattern: fallback(NX), suite: SUITE, role: 'responder', e } as const;
    createHandshake(options);
    expect(codeOf(() => createHandshake(options))).toBe('NOISE_KEY_INVALID');
  });

  it('is not there before an ephemeral key was made', () => {
    const { responder } = meet(NN);
    if (responder.turn !== 'read') throw new Error('the responder reads first');
    expect(codeOf(() => responder.releaseEphemeral())).toBe('NOISE_KEY_MISSING');
    expect(responder.destroyed).toBe(true);
  });

  it('works for a fallback of deferred patterns as well', () => {
    const parties = meet(fallback(X1X1));
    complete(parties);
    expect(finished(parties.initiator).handshakeHash).toEqual(finished(parties.responder).handshakeHash);
  });
});
