import { encodeUtf8 } from '@pubky-paykit/primitives';
import { SHOWN_CODE_MAX_CHARS } from './constants.ts';
import { badField, PaykitError } from './errors.ts';
import type { Field } from './fields.ts';
import { joinMembers, type WrittenMember } from './json/compact-json.ts';
import { isJsonObject, type JsonValue } from './json/json-value.ts';
import { parseJson } from './json/strict-json.ts';
import { MESSAGE_PAYLOADS, type PaykitMessage } from './messages.ts';
import { shownCode } from './peer-text.ts';
import { checkMessageLength } from './receipt.ts';

/** The payload's form, found under an own name only: `constructor` is no message. */
function payloadOf(type: unknown): Field<object> | undefined {
  if (typeof type !== 'string' || !Object.hasOwn(MESSAGE_PAYLOADS, type)) {
    throw new PaykitError('PAYKIT_UNKNOWN_MESSAGE', { type: shownCode(String(type), SHOWN_CODE_MAX_CHARS) });
  }
  return MESSAGE_PAYLOADS[type as PaykitMessage['type']] as Field<object> | undefined;
}

/** Names of members the table knows; the prototype's are not among them. */
function member(object: Readonly<Record<string, JsonValue>>, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * A message as compact JSON in UTF-8: `type` first, then `payload`, at most 65 519 bytes, fresh. An honest 0.8 peer
 * writes the same bytes for the same content.
 *
 * @throws PAYKIT_BAD_FIELD if a field is out of its bounds.
 * @throws PAYKIT_MESSAGE_TOO_LONG if the whole is.
 * @see P8 §2.2
 * @example
 * ```ts
 * import { encodeMessage } from '@pubky-paykit/paykit-protocol';
 * const bytes = encodeMessage({ type: 'Ack' }); // {"type":"Ack"}, 14 bytes
 * ```
 */
export function encodeMessage(message: PaykitMessage): Uint8Array {
  const written: WrittenMember[] = [['type', JSON.stringify(message.type)]];
  const payload = payloadOf(message.type)?.write(message, 'payload');
  if (payload !== undefined) written.push(['payload', payload]);
  return checkMessageLength(encodeUtf8(joinMembers(written)));
}

/**
 * Reads a message from a peer. `bytes` is borrowed, at most 65 519 of them; the length is checked before anything else.
 *
 * The two members may stand in either order and unknown members are ignored, as 0.8 has it; repeated members, lone
 * surrogates, keys that are no curve points and integers written as `1.0` are refused.
 *
 * @throws PAYKIT_MESSAGE_TOO_LONG, PAYKIT_BAD_JSON, PAYKIT_UNKNOWN_MESSAGE, PAYKIT_BAD_FIELD
 * @see P8 §2.2
 */
export function decodeMessage(bytes: Uint8Array): PaykitMessage {
  const json = parseJson(checkMessageLength(bytes));
  if (!isJsonObject(json)) throw badField('message', 'wrong-type');
  const type = member(json, 'type');
  if (typeof type !== 'string') throw badField('type', type === undefined ? 'missing' : 'wrong-type');
  const field = payloadOf(type);
  const payload = member(json, 'payload');
  if (field !== undefined) return { type, ...field.read(payload, 'payload') } as PaykitMessage;
  if (payload !== undefined && payload !== null) throw badField('payload', 'wrong-type');
  return { type } as PaykitMessage;
}
