import { base64 as scureBase64 } from '@scure/base';
import { strictCodec, type TextCodec } from './text-codec.ts';

/**
 * Base 64, standard alphabet, with padding (RFC 4648 §4). The URL alphabet and missing padding are refused.
 *
 * @see P8 §4.2
 */
export const base64: TextCodec = /* @__PURE__ */ strictCodec('base64', scureBase64, (text) => {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
});
