import { hex as scureHex } from '@scure/base';
import { strictCodec, type TextCodec } from './text-codec.ts';

/**
 * Base 16, lower case, two digits a byte (RFC 4648 §8 in lower case). Upper case is refused.
 *
 * @example
 * ```ts
 * import { hex } from '@pubky-paykit/primitives';
 * hex.encode(Uint8Array.of(0xca, 0xfe)); // 'cafe'
 * ```
 */
export const hex: TextCodec = /* @__PURE__ */ strictCodec('hex', scureHex, (text) => text.length / 2);
