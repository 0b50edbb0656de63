import { createPublicKey, verify } from 'node:crypto';
import { type SignStrictly, signingCheckedBy, type VerifyStrictly } from './checked-signing.ts';
import { isWellFormed } from './encoding.ts';
import { verifyStrictly as verifyByNoble } from './noble.ts';

export type { SignerErrors } from './checked-signing.ts';

/** Refuses keys that are no points and an `s` that is not below the group order; an R that is no point equals none. */
const verifyByOpenSsl: VerifyStrictly = (signature, message, publicKey) => {
  try {
    const { buffer, byteOffset, length } = publicKey;
    // JWK, because DER takes ten times as long.
    const x = Buffer.from(buffer, byteOffset, length).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
};

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** RFC 8032 §7.1, test 2. */
const KNOWN = {
  publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  message: '72',
  signature:
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
} as const;

/** Whether OpenSSL has Ed25519: builds with a FIPS provider or another library in its place may not. */
function isNative(): boolean {
  return verifyByOpenSsl(octets(KNOWN.signature), octets(KNOWN.message), octets(KNOWN.publicKey));
}

let chosen: VerifyStrictly | undefined;

/**
 * The same as elsewhere by Node's OpenSSL, in a tenth of the time; by noble where OpenSSL has no Ed25519.
 *
 * OpenSSL and the Rust of 0.8 compare R itself, noble compares it without its part of small order. So the two disagree about
 * signatures that the holder of a key has made odd on purpose, and about no others.
 *
 * @param signature 64 bytes; borrowed.
 * @param message Any bytes; borrowed.
 * @param publicKey 32 bytes; borrowed.
 * @returns False for anything that is not a valid signature, wrong lengths and what is no bytes included; never throws.
 */
export const verifyStrictly: VerifyStrictly = (signature, message, publicKey) => {
  if (!isWellFormed(signature, message, publicKey)) return false;
  chosen ??= isNative() ? verifyByOpenSsl : verifyByNoble;
  return chosen(signature, message, publicKey);
};

/** The same as elsewhere over OpenSSL's verification. @throws What `errors` makes. */
export const signStrictly: SignStrictly = /* @__PURE__ */ signingCheckedBy(verifyStrictly);
