import { type Bencoded, type BencodedMap, decodeBencode } from './bencode.ts';

/** What a datagram is, as far as it matters: refusals and questions are for the package alone. */
export type DatagramKind = 'answer' | 'other' | 'malformed';

const NODE_ID_BYTES = 20;

/**
 * Looks at a datagram before the package does. Of an answer the package strikes the question off first and reads it afterwards:
 * one that makes it throw then leaves a look-up that never ends. So an answer must name its node, and a refusal be a number
 * and a text; what is wrong otherwise the package reads over.
 *
 * @param datagram Bounded by the caller.
 * @see BEP 5
 */
export function datagramKind(datagram: Uint8Array): DatagramKind {
  const message = decodeBencode(datagram);
  const type = isMap(message) ? message.get('y') : undefined;
  if (!isMap(message) || !(type instanceof Uint8Array)) return 'malformed';
  const letter = String.fromCharCode(...type);
  if (letter === 'r') return isAnswer(message.get('r')) ? 'answer' : 'malformed';
  if (letter === 'e') return isRefusal(message.get('e')) ? 'other' : 'malformed';
  return 'other';
}

function isMap(value: Bencoded | undefined): value is BencodedMap {
  return value instanceof Map;
}

function isAnswer(value: Bencoded | undefined): boolean {
  const id = isMap(value) ? value.get('id') : undefined;
  return id instanceof Uint8Array && id.length === NODE_ID_BYTES;
}

function isRefusal(value: Bencoded | undefined): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [code, text] = value as readonly Bencoded[];
  return typeof code === 'number' && text instanceof Uint8Array;
}
