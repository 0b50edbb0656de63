import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import {
  IDENTITY_PAYLOAD_LONGEST_BYTES,
  IDENTITY_PAYLOAD_MAXIMUM_BYTES,
  IDENTITY_PAYLOAD_MAXIMUM_DEPTH,
  KEY_BYTES,
  SIGNATURE_BYTES,
} from '../constants.ts';
import { PatternsError, type PayloadFault } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { JsonScanner } from './json-scanner.ts';

/** Who the sender of a payload says it is, as the wire spells it. */
export type PayloadRole = 'Client' | 'Server';

/** What IK's first message carries: a claim, worth nothing until {@link verifyIdentity} has checked it. */
export interface IdentityPayload {
  /** 32 bytes, the Ed25519 public key of the sender. */
  readonly identity: Uint8Array;
  /** 32 bytes, the X25519 static public key of the sender. */
  readonly noiseKey: Uint8Array;
  readonly role: PayloadRole;
  /** 64 bytes, Ed25519 over the identity binding. */
  readonly signature: Uint8Array;
}

/** How each member is read. The order is the order on the wire. */
const MEMBERS = {
  ed25519_pub: (json: JsonScanner) => json.byteArray(KEY_BYTES),
  noise_x25519_pub: (json: JsonScanner) => json.byteArray(KEY_BYTES),
  role: (json: JsonScanner): PayloadRole => {
    const role = json.string();
    return role === 'Client' || role === 'Server' ? role : json.fail('unknown-role');
  },
  sig: (json: JsonScanner) => json.byteArray(SIGNATURE_BYTES),
} as const;

type Member = keyof typeof MEMBERS;
type Members = { [Name in Member]?: ReturnType<(typeof MEMBERS)[Name]> };

function isMember(name: string): name is Member {
  return Object.hasOwn(MEMBERS, name);
}

/**
 * Writes an identity payload: compact JSON, members in wire order.
 *
 * By default it is filled up with spaces to 574 bytes, the longest one there is, because the plain length (318 to 574)
 * is a fingerprint of the pair of peers (W-46); readers of 0.8 ignore white space after the value.
 *
 * @param options.pad `false` for the exact bytes of the 0.8 reference.
 * @returns A fresh buffer.
 * @throws PATTERNS_KEY_LENGTH if a key or the signature has the wrong length.
 * @see N8 §1.4
 */
export function encodeIdentityPayload(
  payload: IdentityPayload,
  options: { readonly pad?: boolean } = {},
): Uint8Array {
  requireLength('identity', payload.identity, KEY_BYTES);
  requireLength('noise key', payload.noiseKey, KEY_BYTES);
  requireLength('signature', payload.signature, SIGNATURE_BYTES);
  const members: Record<Member, unknown> = {
    ed25519_pub: Array.from(payload.identity),
    noise_x25519_pub: Array.from(payload.noiseKey),
    role: payload.role,
    sig: Array.from(payload.signature),
  };
  const json = JSON.stringify(members);
  return encodeUtf8(options.pad === false ? json : json.padEnd(IDENTITY_PAYLOAD_LONGEST_BYTES));
}

/**
 * Reads an identity payload strictly: white space around tokens, any member order and unknown members are allowed;
 * repeated or missing members, other number forms, wrong lengths, other roles and trailing data are not.
 *
 * @param bytes At most 4 000 bytes; borrowed. The keys returned are fresh buffers.
 * @throws PATTERNS_PAYLOAD_INVALID for everything else; `context.fault` says why.
 * @see N8 §1.4
 */
export function decodeIdentityPayload(bytes: Uint8Array): IdentityPayload {
  if (bytes.length > IDENTITY_PAYLOAD_MAXIMUM_BYTES) invalid('too-long', IDENTITY_PAYLOAD_MAXIMUM_BYTES);
  const json = new JsonScanner(textOf(bytes), IDENTITY_PAYLOAD_MAXIMUM_DEPTH, invalid);
  const found: { [Name in Member]?: unknown } = {};
  json.object((name) => {
    if (!isMember(name)) return json.skipValue();
    if (found[name] !== undefined) json.fail('duplicate-member');
    found[name] = MEMBERS[name](json);
  });
  json.end();
  const { ed25519_pub: identity, noise_x25519_pub: noiseKey, role, sig: signature } = found as Members;
  if (!identity || !noiseKey || !role || !signature) return json.fail('missing-member');
  return { identity, noiseKey, role, signature };
}

function invalid(fault: PayloadFault, offset: number): never {
  throw new PatternsError('PATTERNS_PAYLOAD_INVALID', { fault, offset });
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new PatternsError('PATTERNS_PAYLOAD_INVALID', { fault: 'not-utf8', offset: 0 }, { cause });
  }
}
