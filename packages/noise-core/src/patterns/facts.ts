import { TAG_BYTES } from '../constants.ts';
import { type HandshakePattern, type Role, senderOf, type Token } from './pattern.ts';

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

const KEYS_OF_ROLE = { initiator: 0, responder: 1 } as const;

function keysOf(pattern: HandshakePattern, role: Role): RequiredKeys {
  const own = pattern.preMessages[KEYS_OF_ROLE[role]];
  const peer = pattern.preMessages[1 - KEYS_OF_ROLE[role]] as readonly Token[];
  const sendsStatic = pattern.messages.some(
    (tokens, index) => senderOf(index) === role && tokens.includes('s'),
  );
  return {
    s: sendsStatic || own.includes('s'),
    rs: peer.includes('s'),
    e: own.includes('e'),
    re: peer.includes('e'),
  };
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
  const responderSendsEphemeral =
    pattern.preMessages[1].includes('e') ||
    pattern.messages.some((tokens, index) => senderOf(index) === 'responder' && tokens.includes('e'));
  return {
    oneWay: !responderSendsEphemeral,
    psks,
    keys: { initiator: keysOf(pattern, 'initiator'), responder: keysOf(pattern, 'responder') },
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
