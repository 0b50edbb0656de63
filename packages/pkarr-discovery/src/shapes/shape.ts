import { base64, zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES, MAX_UINT64 } from '../constants.ts';

/** What `JSON.stringify` writes. */
export type Json = boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * How a value stands in JSON: one shape reads and writes, so both cannot drift apart. `read` may be lax where `write` is
 * exact, because whoever reads a whole document compares it with what would have been written.
 */
export interface Shape<Value> {
  /** @throws TypeError for JSON of another shape. */
  read(json: unknown): Value;
  /** Undefined for a member that is left out. */
  write(value: Value): Json | undefined;
}

/** @throws TypeError always. */
export function misshapen(): never {
  throw new TypeError('the JSON has another shape');
}

/** A text that a pattern matches. Give the pattern both ends and a bound for the length. */
export function text(pattern: RegExp): Shape<string> {
  return {
    read: (json) => (typeof json === 'string' && pattern.test(json) ? json : misshapen()),
    write: (value) => value,
  };
}

/** One of a few texts. */
export function oneOf<const Option extends string>(...options: readonly Option[]): Shape<Option> {
  return {
    read: (json) => options.find((option) => option === json) ?? misshapen(),
    write: (value) => value,
  };
}

/** A natural number up to 2^53−1, such as Unix milliseconds. */
export const natural: Shape<number> = {
  read: (json) => (Number.isSafeInteger(json) && (json as number) >= 0 ? (json as number) : misshapen()),
  write: (value) => value,
};

/** An unsigned number of 64 bits, as decimal text. */
export const uint64: Shape<bigint> = {
  read(json) {
    if (typeof json !== 'string' || !/^[0-9]{1,20}$/.test(json)) return misshapen();
    const value = BigInt(json);
    return value <= MAX_UINT64 ? value : misshapen();
  },
  write: (value) => `${value}`,
};

/** Bytes in padded base64; both bounds are inclusive. */
export function bytes(minimum: number, maximum: number = minimum): Shape<Uint8Array> {
  return {
    read(json) {
      // Four characters for three bytes, rounded up: nothing longer is decoded.
      if (typeof json !== 'string' || json.length > 4 * Math.ceil(maximum / 3)) return misshapen();
      const value = base64.decode(json);
      return value.length >= minimum && value.length <= maximum ? value : misshapen();
    },
    write: (value) => base64.encode(value),
  };
}

/** The 32 bytes of an identity, as people write them: in z-base-32. */
export const identity: Shape<Uint8Array> = {
  read: (json) => (typeof json === 'string' ? zBase32.decode(json, KEY_BYTES) : misshapen()),
  write: (value) => zBase32.encode(value),
};

/** A member that may be left out. */
export function optional<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return {
    read: (json) => (json === undefined ? undefined : shape.read(json)),
    write: (value) => (value === undefined ? undefined : shape.write(value)),
  };
}

/** A list; the bound is inclusive. */
export function list<Value>(shape: Shape<Value>, maximum: number): Shape<readonly Value[]> {
  return {
    read: (json) =>
      Array.isArray(json) && json.length <= maximum ? json.map((item) => shape.read(item)) : misshapen(),
    write: (values) => values.map((value) => shape.write(value) ?? misshapen()),
  };
}

/** What all shapes have in common. */
interface AnyShape {
  read(json: unknown): unknown;
  write(value: never): Json | undefined;
}
type Members = Readonly<Record<string, AnyShape>>;
type ValueOf<Of extends Members> = { readonly [Name in keyof Of]: ReturnType<Of[Name]['read']> };

/** An object with these members, in this order. */
export function object<const Of extends Members>(members: Of): Shape<ValueOf<Of>> {
  const shapes = Object.entries(members) as unknown as readonly (readonly [string, Shape<unknown>])[];
  return {
    read(json) {
      if (typeof json !== 'object' || json === null || Array.isArray(json)) return misshapen();
      const given = json as Readonly<Record<string, unknown>>;
      const read = shapes.map(([name, shape]) => [
        name,
        shape.read(Object.hasOwn(given, name) ? given[name] : undefined),
      ]);
      return Object.fromEntries(read) as ValueOf<Of>;
    },
    write(value) {
      const written = shapes.map(([name, shape]) => [name, shape.write(value[name as keyof Of])] as const);
      return Object.fromEntries(written.filter(([, json]) => json !== undefined)) as Record<string, Json>;
    },
  };
}

/** The same JSON for a value of another make. */
export function mapped<Inner, Outer>(
  shape: Shape<Inner>,
  toOuter: (inner: Inner) => Outer,
  toInner: (outer: Outer) => Inner,
): Shape<Outer> {
  return {
    read: (json) => toOuter(shape.read(json)),
    write: (value) => shape.write(toInner(value)),
  };
}
