import { decodeUtf8 } from '@pubky-paykit/primitives';
import { JSON_MAX_DEPTH, JSON_NAME_MAX_CHARS, JSON_NUMBER_MAX_CHARS } from '../constants.ts';
import { type JsonProblem, PaykitError } from '../errors.ts';
import { JsonDecimal, type JsonNumber, type JsonValue } from './json-value.ts';

const WHITE_SPACE = /[ \t\n\r]*/y;
/** The number grammar of RFC 8259 §6: no leading zeros, no plus sign, digits on both sides of a point. */
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
/** `unescaped` of RFC 8259 §7, by code unit: all but quotes, backslashes and control characters. */
const PLAIN_TEXT = /[\u0020-\u0021\u0023-\u005b\u005d-\uffff]*/y;
const HEX_ESCAPE = /[0-9a-fA-F]{4}/y;
/** With the `u` flag a surrogate that belongs to a pair does not match. */
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

const LITERALS: Readonly<Record<string, readonly [text: string, value: boolean | null]>> = {
  t: ['true', true],
  f: ['false', false],
  n: ['null', null],
};
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** True if the text has a surrogate without its partner, which UTF-8 cannot carry. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}

/**
 * The value of a number text: a `number` exactly if that prints the text again and, for integers, is safe.
 *
 * `undefined` if the text is not a number of the JSON grammar or lies beyond the doubles.
 */
export function jsonNumber(text: string): JsonNumber | undefined {
  NUMBER.lastIndex = 0;
  if (NUMBER.exec(text)?.[0] !== text) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  // `-0` is an integer by its grammar, but no integer type keeps its sign.
  if (INTEGER.test(text) && text !== '-0') return Number.isSafeInteger(value) ? value : BigInt(text);
  return String(value) === text && !Number.isInteger(value) ? value : new JsonDecimal(text);
}

/** Reads one text front to back. It owns the position, and lives for one call of {@link parseJson}. */
class Scanner {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#skipWhiteSpace();
    if (this.#offset !== this.#text.length) throw this.#error('trailing-text');
    return value;
  }

  #error(problem: JsonProblem): PaykitError {
    return new PaykitError('PAYKIT_BAD_JSON', { problem, offset: this.#offset });
  }

  /** Takes what a sticky expression matches here. */
  #take(expression: RegExp): string | undefined {
    expression.lastIndex = this.#offset;
    const taken = expression.exec(this.#text)?.[0];
    this.#offset += taken?.length ?? 0;
    return taken;
  }

  #skipWhiteSpace(): void {
    this.#take(WHITE_SPACE);
  }

  /** Takes one character if it stands here, white space before it included. */
  #accepts(character: string): boolean {
    this.#skipWhiteSpace();
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accepts(character)) throw this.#error('syntax');
  }

  #value(depth: number): JsonValue {
    if (depth > JSON_MAX_DEPTH) throw this.#error('too-deep');
    this.#skipWhiteSpace();
    const first = this.#text[this.#offset] ?? '';
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    const literal = Object.hasOwn(LITERALS, first) ? LITERALS[first] : undefined;
    return literal === undefined ? this.#number() : this.#literal(...literal);
  }

  #literal(text: string, value: boolean | null): boolean | null {
    if (!this.#text.startsWith(text, this.#offset)) throw this.#error('syntax');
    this.#offset += text.length;
    return value;
  }

  #number(): JsonNumber {
    const start = this.#offset;
    const text = this.#take(NUMBER);
    if (text === undefined) throw this.#error('syntax');
    // The length comes first: turning a long text into an integer takes quadratic time.
    if (text.length > JSON_NUMBER_MAX_CHARS) throw this.#error('number-too-long');
    const value = jsonNumber(text);
    if (value === undefined) {
      this.#offset = start;
      throw this.#error('number-out-of-range');
    }
    return value;
  }

  #string(): string {
    this.#expect('"');
    let text = '';
    for (;;) {
      text += this.#take(PLAIN_TEXT);
      const stop = this.#text[this.#offset];
      if (stop !== '"' && stop !== '\\') throw this.#error('syntax');
      this.#offset += 1;
      if (stop === '"') break;
      text += this.#escape();
    }
    if (hasLoneSurrogate(text)) throw this.#error('lone-surrogate');
    return text;
  }

  #escape(): string {
    const letter = this.#text[this.#offset] ?? '';
    this.#offset += 1;
    if (letter === 'u') {
      const digits = this.#take(HEX_ESCAPE);
      if (digits === undefined) throw this.#error('syntax');
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (character === undefined) throw this.#error('syntax');
    return character;
  }

  #array(depth: number): readonly JsonValue[] {
    this.#expect('[');
    const items: JsonValue[] = [];
    if (this.#accepts(']')) return items;
    do {
      items.push(this.#value(depth + 1));
    } while (this.#accepts(','));
    this.#expect(']');
    return items;
  }

  #object(depth: number): Record<string, JsonValue> {
    this.#expect('{');
    const members: Record<string, JsonValue> = {};
    if (this.#accepts('}')) return members;
    do {
      this.#skipWhiteSpace();
      const name = this.#string();
      if (name.length > JSON_NAME_MAX_CHARS) throw this.#error('name-too-long');
      if (Object.hasOwn(members, name)) throw this.#error('duplicate-member');
      this.#expect(':');
      setMember(members, name, this.#value(depth + 1));
    } while (this.#accepts(','));
    this.#expect('}');
    return members;
  }
}

/** Adds an own member under any name: assigning to `__proto__` would change the prototype instead. */
function setMember(members: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name !== '__proto__') members[name] = value;
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * Parses strict JSON (RFC 8259): one value, well-formed UTF-8 without a byte-order mark, no repeated member names, no
 * lone surrogates, at most 64 levels. Numbers keep their kind and every digit, see {@link JsonValue}.
 *
 * @param bytes Any length, borrowed; the caller bounds it.
 * @throws PAYKIT_BAD_JSON on anything else, with the place.
 * @see RFC 8259; P8 §13.2
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch {
    throw new PaykitError('PAYKIT_BAD_JSON', { problem: 'not-utf-8', offset: 0 });
  }
  return new Scanner(text).document();
}
