/** A Diffie-Hellman token: whose key meets whose, initiator first. §7.1 */
export type DhToken = 'ee' | 'es' | 'se' | 'ss';
/** A public key token. §7.1 */
export type KeyToken = 'e' | 's';
/** A token of a message pattern. §7.1, §9 */
export type Token = KeyToken | DhToken | 'psk';
/** The side that sends the first message, and the other. §5.3 */
export type Role = 'initiator' | 'responder';

/**
 * A handshake pattern as data: what each side knows before, and what the messages carry. The initiator sends the
 * first message and the sides alternate.
 *
 * @see Noise revision 34, §7
 */
export interface HandshakePattern {
  /** As in protocol names, modifiers included: `IK`, `XXpsk3`, `XXfallback+psk0`. */
  readonly name: string;
  /** Keys known before the handshake: the initiator's, the responder's. */
  readonly preMessages: readonly [initiator: readonly KeyToken[], responder: readonly KeyToken[]];
  /** Messages in order. */
  readonly messages: readonly (readonly Token[])[];
}

/** The peer's role. */
export const OTHER_ROLE: Record<Role, Role> = { initiator: 'responder', responder: 'initiator' };

/** Who sends message `index`. */
export function senderOf(index: number): Role {
  return index % 2 === 0 ? 'initiator' : 'responder';
}
