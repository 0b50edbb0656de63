import { newInstance } from '@chainsafe/as-chacha20poly1305';
import { equalBytes, wipe } from '@pubky-paykit/primitives';
import { CIPHER_KEY_BYTES, TAG_BYTES } from '../../constants.ts';
import { littleEndianNonce } from '../nonce.ts';

/** Longest message that goes through here, in bytes: above it OpenSSL is faster (`tooling/bench/crossover.mjs`). */
export const WASM_MAXIMUM_BYTES = 256;
/** The library takes no longer associated data. */
export const WASM_MAXIMUM_ASSOCIATED_BYTES = 32;

const NONCE_BYTES = 12;
/** What the library keeps a Poly1305 key in, in bytes. */
const POLY1305_KEY_BYTES = 32;

/** The library's one instance and the places in its memory that messages go through. */
function instantiate() {
  const context = newInstance();
  const area = ({ value }: { value: number }, length: number): Uint8Array =>
    new Uint8Array(context.memory.buffer, value, length);
  return {
    seal: context.sealUpdate,
    open: context.openUpdate,
    key: area(context.cpKey, CIPHER_KEY_BYTES),
    nonce: area(context.cpNonce, NONCE_BYTES),
    associatedData: area(context.cpAssociatedData, WASM_MAXIMUM_ASSOCIATED_BYTES),
    input: area(context.cpInput, WASM_MAXIMUM_BYTES),
    output: area(context.chacha20Output, WASM_MAXIMUM_BYTES),
    tag: area(context.poly1305Output, TAG_BYTES),
    /** What the library makes on its way and leaves behind. */
    leftovers: [
      area(context.chacha20Key, CIPHER_KEY_BYTES),
      area(context.chacha20Input, WASM_MAXIMUM_BYTES),
      area(context.poly1305Key, POLY1305_KEY_BYTES),
      area(context.poly1305Input, WASM_MAXIMUM_BYTES),
    ],
  };
}

let instance: ReturnType<typeof instantiate> | undefined;

/**
 * Runs one short message through the library and hands what comes out to `take`; then wipes all that it left behind.
 * The library's own wrapper is not used: it compares tags with an early exit and keeps the last key.
 */
function run<Result>(
  direction: 'seal' | 'open',
  key: Uint8Array,
  counter: bigint,
  associatedData: Uint8Array,
  data: Uint8Array,
  take: (output: Uint8Array, tag: Uint8Array) => Result,
): Result {
  instance ??= instantiate();
  const wasm = instance;
  const { length } = data;
  wasm.key.set(key);
  wasm.nonce.set(littleEndianNonce(counter));
  wasm.associatedData.set(associatedData);
  wasm.input.set(data);
  try {
    wasm[direction](true, true, length, length, associatedData.length);
    return take(wasm.output, wasm.tag);
  } finally {
    wipe(wasm.key, wasm.input, wasm.output, ...wasm.leftovers);
  }
}

/** ChaCha20-Poly1305 of at most 256 bytes with at most 32 bytes of associated data. RFC 8439 §2.8 */
export function sealShort(
  key: Uint8Array,
  counter: bigint,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  return run('seal', key, counter, associatedData, plaintext, (output, tag) => {
    const ciphertext = new Uint8Array(plaintext.length + TAG_BYTES);
    ciphertext.set(output.subarray(0, plaintext.length));
    ciphertext.set(tag, plaintext.length);
    return ciphertext;
  });
}

/** The inverse of {@link sealShort}, or `undefined` if the tag does not verify; nothing leaves the library then. */
export function openShort(
  key: Uint8Array,
  counter: bigint,
  associatedData: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const length = ciphertext.length - TAG_BYTES;
  return run('open', key, counter, associatedData, ciphertext.subarray(0, length), (output, tag) =>
    equalBytes(tag, ciphertext.subarray(length)) ? new Uint8Array(output.subarray(0, length)) : undefined,
  );
}
