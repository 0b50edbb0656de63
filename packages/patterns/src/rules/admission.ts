import { equalBytes } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import type { VerifiedIdentity } from '../identity/verified-identity.ts';
import { requireLength } from '../lengths.ts';

/** Decides whether an identity that proved itself may go on. Only `true` lets it. */
export type AllowIdentity = (identity: VerifiedIdentity) => boolean | Promise<boolean>;

/** Decides whether the holder of a proven Noise key (32 bytes, a copy) may go on. Only `true` lets it. */
export type AllowStatic = (noiseKey: Uint8Array) => boolean | Promise<boolean>;

/** Copies a list of keys and makes the question of it that a constant-time comparison answers. */
function listRule(
  option: string,
  what: string,
  allowed: readonly Uint8Array[],
): (key: Uint8Array) => boolean {
  if (!Array.isArray(allowed)) throw new TypeError(`${option} is neither a list nor a function`);
  const keys = allowed.map((key) => {
    requireLength(what, key, KEY_BYTES);
    // Not `slice`: that of a Node `Buffer` shares the memory.
    return Uint8Array.from(key);
  });
  return (key) => keys.some((candidate) => equalBytes(candidate, key));
}

/** The one question behind both forms of `allowIdentity`; a list is copied. @throws TypeError, PATTERNS_KEY_LENGTH */
export function identityRule(
  allowed: readonly Uint8Array[] | AllowIdentity | undefined,
): AllowIdentity | undefined {
  if (allowed === undefined || typeof allowed === 'function') return allowed;
  const isAllowed = listRule('allowIdentity', 'allowed identity', allowed);
  return ({ publicKey }) => isAllowed(publicKey);
}

/** The one question behind the forms of `allowStatic`; a list is copied. @throws TypeError, PATTERNS_KEY_LENGTH */
export function staticRule(
  allowed: readonly Uint8Array[] | AllowStatic | 'anyone' | undefined,
): AllowStatic | undefined {
  if (allowed === undefined || allowed === 'anyone') return undefined;
  return typeof allowed === 'function' ? allowed : listRule('allowStatic', 'allowed static key', allowed);
}

async function answerOf(question: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return (await question()) === true;
  } catch (cause) {
    throw new PatternsError('PATTERNS_ALLOW_FAILED', {}, { cause });
  }
}

/** A check that the identity the peer has just proven may connect. @throws PATTERNS_IDENTITY_REFUSED, PATTERNS_ALLOW_FAILED */
export async function admitIdentity(
  { allowIdentity }: { readonly allowIdentity: AllowIdentity | undefined },
  identity: VerifiedIdentity | undefined,
): Promise<void> {
  if (allowIdentity === undefined) return;
  if (identity === undefined) throw new TypeError('the message proves no identity');
  if (!(await answerOf(() => allowIdentity(identity)))) {
    throw new PatternsError('PATTERNS_IDENTITY_REFUSED');
  }
}

/** What the check looks at. */
interface ProvenStatic {
  readonly allowStatic: AllowStatic | undefined;
  /** 32 bytes; borrowed. */
  readonly remoteStatic: Uint8Array | undefined;
}

/** A check that the peer's proven Noise key may connect. @throws PATTERNS_STATIC_REFUSED, PATTERNS_ALLOW_FAILED */
export async function admitStatic({ allowStatic, remoteStatic }: ProvenStatic): Promise<void> {
  if (allowStatic === undefined) return;
  if (remoteStatic === undefined) throw new TypeError('the pattern proves no static key');
  if (!(await answerOf(() => allowStatic(remoteStatic.slice())))) {
    throw new PatternsError('PATTERNS_STATIC_REFUSED');
  }
}
