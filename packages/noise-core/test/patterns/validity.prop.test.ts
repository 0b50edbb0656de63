import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BASE_PATTERNS,
  createTransport,
  factsOf,
  findPatternProblem,
  type HandshakePattern,
  type KeyToken,
  type Token,
} from '../../src/index.ts';
import { bytesOf, complete, finished, meet } from '../parties.ts';

const TOKENS: readonly Token[] = ['e', 's', 'ee', 'es', 'se', 'ss', 'psk'];

/**
 * The rules again, in other words: every token becomes an event of a flat list, and each rule is a question about that
 * list. Nothing is shared with the checker but the types.
 */
function isValid({ preMessages, messages }: HandshakePattern): boolean {
  type Side = 'i' | 'r';
  interface Event {
    readonly side: Side;
    readonly what: Token | 'encrypt';
  }
  const sideOf = (index: number): Side => (index % 2 === 0 ? 'i' : 'r');
  const before: Event[] = preMessages.flatMap((keys, index) =>
    keys.map((what) => ({ side: sideOf(index), what })),
  );
  const secret = (event: Event) => event.what.length > 1 && event.what !== 'encrypt';
  const events = [...before];
  for (const [index, tokens] of messages.entries()) {
    for (const what of [...tokens, 'payload' as const]) {
      const side = sideOf(index);
      if ((what === 's' || what === 'payload') && events.some(secret)) events.push({ side, what: 'encrypt' });
      if (what !== 'payload') events.push({ side, what });
    }
  }
  if (messages.length === 0 || !events.some(secret)) return false;
  const responderAnswers = events.some(({ side, what }) => side === 'r' && what === 'e');
  events.push({ side: 'i', what: 'encrypt' });
  if (responderAnswers) events.push({ side: 'r', what: 'encrypt' });

  return events.every((event, at) => {
    const past = events.slice(0, at);
    const happened = (what: Token, side?: Side) =>
      past.some((other) => other.what === what && (side === undefined || other.side === side));
    if (event.what === 'encrypt') {
      const without = event.side === 'i' ? ['se', 'ee', 'ss', 'es'] : ['es', 'ee', 'ss', 'se'];
      const [local, ephemeral, both, other] = without as [Token, Token, Token, Token];
      if (happened(local) && !happened(ephemeral)) return false;
      if (happened(both) && !happened(other)) return false;
      return !happened('psk') || happened('e', event.side);
    }
    if (event.what === 'psk') return true;
    if (event.what.length === 1) return !happened(event.what, event.side);
    const [initiator, responder] = [...event.what] as [KeyToken, KeyToken];
    return happened(initiator, 'i') && happened(responder, 'r') && !happened(event.what);
  });
}

const preMessage = fc.constantFrom<readonly KeyToken[]>([], ['s'], ['e'], ['e', 's']);

/** Any tokens in any order: nearly always broken. */
const anyPattern: fc.Arbitrary<HandshakePattern> = fc.record({
  name: fc.constant('Q'),
  preMessages: fc.tuple(preMessage, preMessage),
  messages: fc.array(fc.array(fc.constantFrom(...TOKENS), { maxLength: 5 }), { maxLength: 4 }),
});

/** A base pattern with one token put in, taken out, or replaced. */
const mutatedPattern: fc.Arbitrary<HandshakePattern> = fc
  .record({
    base: fc.constantFrom(...Object.values(BASE_PATTERNS)),
    kind: fc.constantFrom('insert', 'delete', 'replace', 'swap' as const),
    message: fc.nat(),
    at: fc.nat(),
    token: fc.constantFrom(...TOKENS),
  })
  .map(({ base, kind, message, at, token }) => {
    const messages: Token[][] = base.messages.map((tokens) => [...tokens]);
    const tokens = messages[message % messages.length]!;
    const place = at % (tokens.length + 1);
    if (kind === 'insert') tokens.splice(place, 0, token);
    else if (kind === 'delete') tokens.splice(place, 1);
    else if (kind === 'replace') tokens.splice(place, 1, token);
    else tokens.reverse();
    return { ...base, name: 'Q', messages };
  });

/** Patterns built by adding only tokens that keep the pattern alive, so that many turn out valid. */
const likelyPattern: fc.Arbitrary<HandshakePattern> = fc
  .record({
    initiator: fc.constantFrom<readonly KeyToken[]>([], ['s']),
    responder: fc.constantFrom<readonly KeyToken[]>([], ['s'], ['e']),
    picks: fc.array(fc.array(fc.nat(6), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ initiator, responder, picks }) => {
    const sent = [new Set<Token>(initiator), new Set<Token>(responder)] as const;
    const done = new Set<Token>();
    const messages = picks.map((pick, index) => {
      const own = sent[index % 2 === 0 ? 0 : 1];
      const tokens: Token[] = own.has('e') ? [] : ['e'];
      own.add('e');
      for (const choice of pick) {
        const token = TOKENS[choice]!;
        const [left, right] = [...token] as [KeyToken, KeyToken];
        const fits =
          token === 'psk' ||
          (token.length === 1
            ? !own.has(token)
            : sent[0].has(left) && sent[1].has(right) && !done.has(token));
        if (!fits) continue;
        if (token.length === 1) own.add(token);
        else if (token !== 'psk') done.add(token);
        tokens.push(token);
      }
      return tokens;
    });
    return { name: 'Q', preMessages: [initiator, responder], messages };
  });

describe('findPatternProblem', () => {
  it('agrees with the rules told in other words, on any tokens', () => {
    fc.assert(
      fc.property(fc.oneof(anyPattern, mutatedPattern, likelyPattern), (pattern) => {
        expect(findPatternProblem(pattern) === undefined).toBe(isValid(pattern));
      }),
      { numRuns: 3000 },
    );
  });

  it('accepts the base patterns, and so do the rules in other words', () => {
    expect(Object.values(BASE_PATTERNS).every(isValid)).toBe(true);
  });

  it('accepts only what runs end to end, with the lengths the facts foretell', () => {
    let ran = 0;
    fc.assert(
      fc.property(fc.oneof(likelyPattern, mutatedPattern), (pattern) => {
        if (findPatternProblem(pattern) !== undefined) return;
        ran += 1;
        const parties = meet(pattern);
        const payload = bytesOf(6, 5);
        for (const { message, overhead, received } of complete(parties, payload)) {
          expect(message.length).toBe(overhead + payload.length);
          expect(received).toEqual(payload);
        }
        expect(finished(parties.initiator).handshakeHash).toEqual(finished(parties.responder).handshakeHash);
        const [initiator, responder] = [
          createTransport(finished(parties.initiator).split()),
          createTransport(finished(parties.responder).split()),
        ];
        expect(responder.decrypt(initiator.encrypt(payload))).toEqual(payload);
        if (!factsOf(pattern).oneWay) expect(initiator.decrypt(responder.encrypt(payload))).toEqual(payload);
      }),
      { numRuns: 800 },
    );
    expect(ran).toBeGreaterThan(100);
  });
});
