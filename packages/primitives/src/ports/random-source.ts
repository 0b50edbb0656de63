/** Where randomness comes from. Must be cryptographically strong. */
export interface RandomSource {
  /** A fresh buffer of `length` random bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
}

interface CryptoGlobal {
  readonly crypto?: { getRandomValues(into: Uint8Array): Uint8Array };
}

/** WebCrypto refuses more at once. */
const MAXIMUM_BYTES_PER_CALL = 65_536;

/** The generator of the platform; throws where the platform has none (it never falls back to a weak one). */
export const systemRandom: RandomSource = {
  bytes(length) {
    const platform = (globalThis as CryptoGlobal).crypto;
    if (platform === undefined) {
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
