import { hex } from '@pubky-paykit/primitives';
import type { Cipher, DiffieHellman, Hash, KeyPair, Suite } from '../src/index.ts';
import { SUITE } from './parties.ts';

/** The nonce only a rekey uses. */
const RESERVED_NONCE = 2n ** 64n - 1n;

/** What a {@link recordingSuite} saw. */
export interface Recording {
  /** Every buffer that held a secret: references, so that a test sees whether they were wiped, and copies. */
  readonly secrets: { readonly what: string; readonly buffer: Uint8Array; readonly copy: Uint8Array }[];
  /** `key:nonce` of every encryption, rekeys excepted. */
  readonly encryptions: string[];
  readonly ephemerals: KeyPair[];
}

/** A suite that keeps references to all keys, shared secrets and outputs of key derivation that pass through it. */
export function recordingSuite(suite: Suite = SUITE): {
  readonly suite: Suite;
  readonly recording: Recording;
} {
  const recording: Recording = { secrets: [], encryptions: [], ephemerals: [] };
  const seen = new Set<Uint8Array>();
  const keep = (what: string, buffer: Uint8Array): Uint8Array => {
    if (!seen.has(buffer)) recording.secrets.push({ what, buffer, copy: Uint8Array.from(buffer) });
    seen.add(buffer);
    return buffer;
  };
  const dh: DiffieHellman = {
    ...suite.dh,
    generateKeyPair() {
      const pair = suite.dh.generateKeyPair();
      recording.ephemerals.push(pair);
      return pair;
    },
    dh: (local, remote) => keep('shared secret', suite.dh.dh(local, remote)),
  };
  const cipher: Cipher = {
    name: suite.cipher.name,
    encrypt(key, nonce, associatedData, plaintext) {
      keep('cipher key', key);
      if (nonce !== RESERVED_NONCE) recording.encryptions.push(`${hex.encode(key)}:${nonce}`);
      const output = suite.cipher.encrypt(key, nonce, associatedData, plaintext);
      return nonce === RESERVED_NONCE ? keep('rekey output', output) : output;
    },
    decrypt: (key, nonce, associatedData, ciphertext) =>
      suite.cipher.decrypt(keep('cipher key', key), nonce, associatedData, ciphertext),
  };
  const hash: Hash = {
    ...suite.hash,
    hmac: (key, first, second) =>
      keep('derived key', suite.hash.hmac(keep('chaining or temporary key', key), first, second)),
  };
  return { suite: { dh, cipher, hash }, recording };
}

/** Which of the recorded secrets are still readable. */
export function notWiped(recording: Recording): string[] {
  return recording.secrets.filter(({ buffer }) => buffer.some((byte) => byte !== 0)).map(({ what }) => what);
}
