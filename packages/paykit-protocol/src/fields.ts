import { ed25519 } from '@noble/curves/ed25519.js';
import { hex } from '@pubky-paykit/primitives';
import { METADATA_MAX_BYTES, METADATA_MAX_DEPTH, PUBLIC_KEY_BYTES } from './constants.ts';
import { badField } from './errors.ts';
import { joinMembers, stringifyJson, type WrittenMember } from './json/compact-json.ts';
import { isJsonArray, isJsonObject, type JsonValue } from './json/json-value.ts';
import { hasLoneSurrogate } from './json/strict-json.ts';

/** How one value stands in JSON, in both directions. `at` is its path, for errors. */
export interface Field<Value> {
  /** @throws PAYKIT_BAD_FIELD unless `value` is in the field's form and bounds. */
  read(value: JsonValue | undefined, at: string): Value;
  /** The compact JSON, or `undefined` to leave the member out. @throws PAYKIT_BAD_FIELD like `read`. */
  write(value: Value, at: string): string | undefined;
}

/** The members of an object in the order they are written: name in JSON and field, by name in TypeScript. */
export type RecordFields<Value extends object> = {
  readonly [Name in keyof Value]-?: readonly [jsonName: string, field: Field<Value[Name]>];
};

/** A string of `minChars` to `maxChars` UTF-16 code units, both inclusive. */
export function text(minChars: number, maxChars: number): Field<string> {
  function checked(value: unknown, at: string): string {
    if (typeof value !== 'string') throw badField(at, value === undefined ? 'missing' : 'wrong-type');
    if (value.length < minChars) throw badField(at, 'empty');
    if (value.length > maxChars) throw badField(at, 'too-long');
    if (hasLoneSurrogate(value)) throw badField(at, 'lone-surrogate');
    return value;
  }
  return { read: checked, write: (value, at) => JSON.stringify(checked(value, at)) };
}

/** A field that may be absent; `null` reads as absent (P8 §2.1), and absent is left out. */
export function optional<Value>(field: Field<Value>): Field<Value | undefined> {
  return {
    read: (value, at) => (value === undefined || value === null ? undefined : field.read(value, at)),
    write: (value, at) => (value === undefined ? undefined : field.write(value, at)),
  };
}

function checkedSeconds(value: unknown, at: string): number {
  if (value === undefined) throw badField(at, 'missing');
  if (typeof value === 'bigint') throw badField(at, 'out-of-range');
  if (typeof value !== 'number' || !Number.isInteger(value)) throw badField(at, 'wrong-type');
  if (value < 0 || !Number.isSafeInteger(value)) throw badField(at, 'out-of-range');
  return value;
}

/** Seconds: an integer from 0 to 2^53 − 1, without point or exponent. */
export const unixSeconds: Field<number> = {
  read: checkedSeconds,
  write: (value, at) => String(checkedSeconds(value, at)),
};

/** Strict RFC 8032: a second spelling of a key (y ≥ p) is refused, so that equal keys have equal bytes. */
function checkedKey(bytes: Uint8Array, at: string): Uint8Array {
  try {
    ed25519.Point.fromBytes(bytes, false);
  } catch {
    throw badField(at, 'not-a-key');
  }
  return bytes;
}

function checkedBytes(value: unknown, length: number, at: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw badField(at, value === undefined ? 'missing' : 'wrong-type');
  if (value.length !== length) throw badField(at, 'wrong-length');
  return value;
}

/** An Ed25519 public key as an array of 32 integers; it must be a point of the curve. */
export const publicKey: Field<Uint8Array> = {
  read(value, at) {
    if (!isJsonArray(value)) throw badField(at, value === undefined ? 'missing' : 'wrong-type');
    if (value.length !== PUBLIC_KEY_BYTES) throw badField(at, 'wrong-length');
    const bytes = value.map((item) => {
      if (typeof item !== 'number' || !Number.isInteger(item)) throw badField(at, 'wrong-type');
      if (item < 0 || item > 0xff) throw badField(at, 'out-of-range');
      return item;
    });
    return checkedKey(Uint8Array.from(bytes), at);
  },
  write: (value, at) => `[${checkedKey(checkedBytes(value, PUBLIC_KEY_BYTES, at), at).join(',')}]`,
};

/** Exactly `length` bytes as hex: lower case when written, either case when read. */
export function hexBytes(length: number): Field<Uint8Array> {
  return {
    read(value, at) {
      if (typeof value !== 'string') throw badField(at, value === undefined ? 'missing' : 'wrong-type');
      if (value.length !== 2 * length) throw badField(at, 'wrong-length');
      try {
        return hex.decode(value.toLowerCase(), length);
      } catch {
        throw badField(at, 'not-hex');
      }
    },
    write: (value, at) => `"${hex.encode(checkedBytes(value, length, at))}"`,
  };
}

/** The same, for bytes that are an Ed25519 public key. */
export const hexPublicKey: Field<Uint8Array> = {
  read: (value, at) => checkedKey(hexBytes(PUBLIC_KEY_BYTES).read(value, at), at),
  write: (value, at) =>
    hexBytes(PUBLIC_KEY_BYTES).write(checkedKey(checkedBytes(value, PUBLIC_KEY_BYTES, at), at), at),
};

function writtenMetadata(value: JsonValue | undefined, at: string): string {
  if (value === undefined) throw badField(at, 'missing');
  return stringifyJson(value, at, { maxDepth: METADATA_MAX_DEPTH, maxBytes: METADATA_MAX_BYTES });
}

/** Any JSON, bounded in depth and size; `null` is a value, absence is not. */
export const metadata: Field<JsonValue> = {
  read(value, at) {
    writtenMetadata(value, at);
    return value as JsonValue;
  },
  write: writtenMetadata,
};

/** An object with known members; others are ignored. Written in the order of `fields`. */
export function record<Value extends object>(fields: RecordFields<Value>): Field<Value> {
  const members = Object.entries(fields) as [string, readonly [string, Field<unknown>]][];
  return {
    read(value, at) {
      if (!isJsonObject(value)) throw badField(at, value === undefined ? 'missing' : 'wrong-type');
      const result: Record<string, unknown> = {};
      for (const [name, [jsonName, field]] of members) {
        const member = Object.hasOwn(value, jsonName) ? value[jsonName] : undefined;
        const read = field.read(member, `${at}.${jsonName}`);
        if (read !== undefined) result[name] = read;
      }
      return result as Value;
    },
    write(value, at) {
      const written: WrittenMember[] = [];
      for (const [name, [jsonName, field]] of members) {
        const member = field.write((value as Record<string, unknown>)[name], `${at}.${jsonName}`);
        if (member !== undefined) written.push([jsonName, member]);
      }
      return joinMembers(written);
    },
  };
}
