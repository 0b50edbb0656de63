import { NoiseError } from '../errors.ts';
import {
  type DhToken,
  type HandshakePattern,
  type KeyToken,
  OTHER_ROLE,
  type Role,
  senderOf,
  type Token,
} from './pattern.ts';

/** What has happened by some point of a handshake, as both sides see it. */
interface Progress {
  readonly known: Record<Role, Set<KeyToken>>;
  readonly done: Set<DhToken>;
  pskSeen: boolean;
}

/** For each token, the key of the initiator and of the responder that meet. */
const MEETING: Record<DhToken, readonly [KeyToken, KeyToken]> = {
  ee: ['e', 'e'],
  es: ['e', 's'],
  se: ['s', 'e'],
  ss: ['s', 's'],
};

/**
 * After a DH of its static key with a key of the peer, a side may encrypt only if its ephemeral met that key as well.
 * Rows: [static DH, ephemeral DH with the same remote key].
 */
const NEEDS_EPHEMERAL: Record<Role, readonly (readonly [DhToken, DhToken])[]> = {
  initiator: [
    ['se', 'ee'],
    ['ss', 'es'],
  ],
  responder: [
    ['es', 'ee'],
    ['ss', 'se'],
  ],
};

function isDh(token: Token): token is DhToken {
  return Object.hasOwn(MEETING, token);
}

function isKey(token: Token): token is KeyToken {
  return token === 'e' || token === 's';
}

function takePublicKey(progress: Progress, sender: Role, token: KeyToken): string | undefined {
  if (progress.known[sender].has(token)) return `the ${sender} sends ${token} twice`;
  progress.known[sender].add(token);
  return undefined;
}

function takeDh(progress: Progress, token: DhToken): string | undefined {
  const [initiatorKey, responderKey] = MEETING[token];
  if (!progress.known.initiator.has(initiatorKey))
    return `${token} comes before the initiator's ${initiatorKey}`;
  if (!progress.known.responder.has(responderKey))
    return `${token} comes before the responder's ${responderKey}`;
  if (progress.done.has(token)) return `${token} happens twice`;
  progress.done.add(token);
  return undefined;
}

/** Whether `sender` may encrypt now; asked for every encrypted key and every payload. */
function mayEncrypt(progress: Progress, sender: Role): string | undefined {
  for (const [staticDh, ephemeralDh] of NEEDS_EPHEMERAL[sender]) {
    if (progress.done.has(staticDh) && !progress.done.has(ephemeralDh)) {
      return `the ${sender} encrypts after ${staticDh} without ${ephemeralDh}`;
    }
  }
  if (progress.pskSeen && !progress.known[sender].has('e')) {
    return `the ${sender} encrypts under a pre-shared key without having sent e`;
  }
  return undefined;
}

function takeMessage(progress: Progress, sender: Role, tokens: readonly Token[]): string | undefined {
  for (const token of tokens) {
    const keyed = progress.done.size > 0 || progress.pskSeen;
    let problem: string | undefined;
    if (token === 'psk') progress.pskSeen = true;
    else if (isDh(token)) problem = takeDh(progress, token);
    else if (!isKey(token)) problem = `${token} is no token`;
    else {
      problem = takePublicKey(progress, sender, token);
      if (token === 's' && keyed) problem ??= mayEncrypt(progress, sender);
    }
    if (problem !== undefined) return problem;
  }
  return progress.done.size > 0 || progress.pskSeen ? mayEncrypt(progress, sender) : undefined;
}

/**
 * Says which rule of the specification a pattern breaks, or `undefined` if it keeps all of them.
 *
 * @see Noise revision 34, §7.3 (rules 1 to 4) and §9.3 (pre-shared keys)
 */
export function findPatternProblem(pattern: HandshakePattern): string | undefined {
  const progress: Progress = {
    known: { initiator: new Set(), responder: new Set() },
    done: new Set(),
    pskSeen: false,
  };
  if (pattern.messages.length === 0) return 'it has no message';
  for (const [role, keys] of [
    ['initiator', pattern.preMessages[0]],
    ['responder', pattern.preMessages[1]],
  ] as const) {
    for (const token of keys) {
      const problem = isKey(token) ? takePublicKey(progress, role, token) : `${token} is no public key`;
      if (problem !== undefined) return problem;
    }
  }
  for (const [index, tokens] of pattern.messages.entries()) {
    const problem = takeMessage(progress, senderOf(index), tokens);
    if (problem !== undefined) return `message ${index + 1}: ${problem}`;
  }
  // No rule of the specification asks for a secret, but without one everybody could read the transport.
  if (progress.done.size === 0 && !progress.pskSeen) return 'its sides agree on no secret';
  // After the last message both sides encrypt, unless the responder has sent no ephemeral key: then it never does.
  const answer = OTHER_ROLE[senderOf(pattern.messages.length - 1)];
  const canAnswer = answer === 'initiator' || progress.known.responder.has('e');
  const problem = canAnswer ? mayEncrypt(progress, answer) : undefined;
  return problem === undefined ? undefined : `transport: ${problem}`;
}

/** @throws NOISE_PATTERN_INVALID if a pattern breaks a rule of the specification. */
export function assertValidPattern(pattern: HandshakePattern): void {
  const reason = findPatternProblem(pattern);
  if (reason !== undefined) throw new NoiseError('NOISE_PATTERN_INVALID', { pattern: pattern.name, reason });
}
