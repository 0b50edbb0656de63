import { TAG_BYTES } from '../constants.ts';
import { type HandshakePattern, OTHER_ROLE, type Role, senderOf, type Token } from './pattern.ts';

/** The keys one side has to bring. */
export interface RequiredKeys {
  /** Its own static key pair. */
  readonly s: boolean;
  /** The peer's static public key, known before. */
  readonly rs: boolean;
  /** Its own ephemeral key pair, kept from an earlier handshake (fallback). */
  readonly e: boolean;
  /** The peer's ephemeral public key, known before (fallback). */
  readonly re: boolean;
}

/** Parts of one message besides its payload. */
export interface MessageFacts {
  /** Public keys in it. */
  readonly publicKeys: number;
  /** Authentication tags in it, the payload's included. */
  readonly tags: number;
}

/** What follows from a pattern's table. */
export interface PatternFacts {
  /** True if the responder can never answer. §7.4 */
  readonly oneWay: boolean;
  /** Pre-shared keys in order of use. §9 */
  readonly psks: number;
  readonly keys: Readonly<Record<Role, RequiredKeys>>;
  readonly messages: readonly MessageFacts[];
}

/**
 * Derives the facts of a pattern: keys each role needs, what each message carries, how many pre-shared keys.
 *
 * @example
 * ```ts
 * import { factsOf, IK } from '@pubky-paykit/noise-core';
 * factsOf(IK).keys.initiator; // { s: true, rs: true, e: false, re: false }
 * ```
 */
export function factsOf(pattern: HandshakePattern): PatternFacts {
  const psks = pattern.messages.flat().filter((token) => token === 'psk').length;
  // A cipher key exists from the first token that mixes into the chaining key; in PSK handshakes `e` mixes too.
  let keyed = psks > 0 && pattern.preMessages.some((keys) => keys.includes('e'));
  const messages = pattern.messages.map((tokens): MessageFacts => {
    let publicKeys = 0;
    let tags = 0;
    for (const token of tokens) {
      if (token === 'e' || token === 's') publicKeys += 1;
      if (token === 's' && keyed) tags += 1;
      if (token !== 's' && (token !== 'e' || psks > 0)) keyed = true;
    }
    return { publicKeys, tags: tags + (keyed ? 1 : 0) };
  });
  const before = { initiator: pattern.preMessages[0], responder: pattern.preMessages[1] };
  const knownFrom = (role: Role): readonly Token[] => [
    ...before[role],
    ...pattern.messages.filter((_, index) => senderOf(index) === role).flat(),
  ];
  const keysOf = (role: Role): RequiredKeys => {
    const peer = before[OTHER_ROLE[role]];
    return {
      s: knownFrom(role).includes('s'),
      rs: peer.includes('s'),
      e: before[role].includes('e'),
      re: peer.includes('e'),
    };
  };
  return {
    oneWay: !knownFrom('responder').includes('e'),
    psks,
    keys: { initiator: keysOf('initiator'), responder: keysOf('responder') },
    messages,
  };
}

/**
 * How many bytes longer than its payload a message with these facts is.
 *
 * @param publicKeyBytes DHLEN of the suite: 32 for 25519, 56 for 448.
 */
export function messageOverhead(facts: MessageFacts, publicKeyBytes: number): number {
  return facts.publicKeys * publicKeyBytes + facts.tags * TAG_BYTES;
}
