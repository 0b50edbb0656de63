import type { DiffieHellman } from '../suite.ts';

/**
 * A Diffie-Hellman function whose generator hands out the given secret keys, in order, and throws when none is left.
 * Whoever knows an ephemeral secret can read the session: never use it outside of tests.
 *
 * @param secretKeys Copied; each of the length the function asks for.
 */
export function fixedEphemeralsForTestingOnly(
  dh: DiffieHellman,
  ...secretKeys: readonly Uint8Array[]
): DiffieHellman {
  const left = secretKeys.map((secretKey) => Uint8Array.from(secretKey));
  return {
    ...dh,
    generateKeyPair() {
      const secretKey = left.shift();
      if (secretKey === undefined) throw new RangeError('no fixed ephemeral key is left');
      return dh.importKeyPair(secretKey);
    },
  };
}
