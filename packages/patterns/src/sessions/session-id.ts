import { hex } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';

/** A session's id: its 32 bytes, or their 64 hex digits in either case. */
export type SessionId = Uint8Array | string;

const ID_FORM = /^[0-9a-f]{64}$/i;

/** An id as 64 hex digits in lower case, or `undefined` for what can be no id. */
export function sessionKey(id: SessionId): string | undefined {
  if (typeof id === 'string') return ID_FORM.test(id) ? id.toLowerCase() : undefined;
  return id.length === KEY_BYTES ? hex.encode(id) : undefined;
}
