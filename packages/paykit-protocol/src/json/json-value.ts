/**
 * A number whose JSON text no JavaScript number prints back: `1.0`, `1e3`, `1.50`, `-0`. It keeps the text, so that a
 * price or the kind of a number survives being read and written again.
 */
export class JsonDecimal {
  /** The text as it stood in the JSON. */
  readonly text: string;

  /** @param text A number of the JSON grammar; it is checked when it is written. */
  constructor(text: string) {
    this.text = text;
  }

  /** The nearest double. */
  toNumber(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }

  /** The text, so that nothing is rounded on the way to a log. */
  toJSON(): string {
    return this.text;
  }
}

/** The members of a JSON object, all its own, `__proto__` included. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/**
 * A JSON value. Integers are `number` as long as they are safe and `bigint` beyond; a fraction is a `number` if that
 * prints the same text, otherwise a {@link JsonDecimal}. So `1` and `1.0` stay apart, and no digit is ever lost.
 */
export type JsonValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | JsonDecimal
  | readonly JsonValue[]
  | JsonObject;

/** Any of the three forms of a number. */
export type JsonNumber = number | bigint | JsonDecimal;

/** True for an array of the JSON type. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** True for an object of the JSON type. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !isJsonArray(value) && !(value instanceof JsonDecimal)
  );
}

function isJsonNumber(value: JsonValue): value is JsonNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonDecimal;
}

/**
 * Integers are compared exactly. As soon as one side has another form, both are compared as doubles, because that is
 * how the reference reads and prints them: `1.50` comes back as `1.5`, and `1e3` as `1000.0`.
 */
function numbersEqual(left: JsonNumber, right: JsonNumber): boolean {
  const [a, b] = [String(left), String(right)];
  return left instanceof JsonDecimal || right instanceof JsonDecimal ? Number(a) === Number(b) : a === b;
}

/** True if two values mean the same JSON; the order of members does not matter. */
export function jsonEquals(left: JsonValue, right: JsonValue): boolean {
  if (isJsonNumber(left) && isJsonNumber(right)) return numbersEqual(left, right);
  if (isJsonArray(left) && isJsonArray(right)) {
    return left.length === right.length && left.every((item, i) => jsonEquals(item, right[i] as JsonValue));
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    return Object.keys(left).length === Object.keys(right).length && hasEveryMember(right, left);
  }
  return left === right;
}

/** True if each member of `wanted` stands in `object` with an equal value. */
export function hasEveryMember(object: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(object, name) && jsonEquals(object[name] as JsonValue, value),
  );
}
