/** Where randomness comes from. Must be cryptographically strong. */
export interface RandomSource {
  /** A fresh buffer of `length` random bytes, owned by the caller. @throws RangeError if `length` is no natural number. */
  bytes(length: number): Uint8Array;
}

interface CryptoGlobal {
  readonly crypto?: { getRandomValues?(into: Uint8Array): Uint8Array };
}

/** WebCrypto refuses more at once. */
const MAXIMUM_BYTES_PER_CALL = 65_536;

/**
 * The generator of the platform, `crypto.getRandomValues`.
 *
 * @throws TypeError where the platform has none: it never falls back to a weak one.
 */
export const systemRandom: RandomSource = {
  bytes(length) {
    // A length of NaN would silently give an empty key.
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`${length} is not a length`);
    const platform = (globalThis as CryptoGlobal).crypto;
    if (platform?.getRandomValues === undefined) {
      throw new TypeError(
        'globalThis.crypto.getRandomValues is missing: on React Native, import "react-native-get-random-values" first',
      );
    }
    const output = new Uint8Array(length);
    for (let offset = 0; offset < length; offset += MAXIMUM_BYTES_PER_CALL) {
      platform.getRandomValues(output.subarray(offset, offset + MAXIMUM_BYTES_PER_CALL));
    }
    return output;
  },
};
