import { encodeUtf8 } from '@pubky-paykit/primitives';
import { JSON_NAME_MAX_CHARS, JSON_NUMBER_MAX_CHARS } from '../constants.ts';
import { badField, type FieldProblem } from '../errors.ts';
import { JsonDecimal, type JsonNumber, type JsonValue } from './json-value.ts';
import { hasLoneSurrogate, jsonNumber } from './strict-json.ts';

/** One member of an object, its value written already. */
export type WrittenMember = readonly [name: string, text: string];

/** Joins members into an object in the order given. */
export function joinMembers(members: readonly WrittenMember[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** Orders names by their UTF-8 bytes, as the reference does. UTF-16 order differs beyond U+FFFF (P8 §13.2). */
function byUtf8([left]: WrittenMember, [right]: WrittenMember): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  const at = a.findIndex((character, i) => character !== b[i]);
  if (at === -1) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** What one value may take up. */
export interface JsonBounds {
  /** Levels of arrays and objects, inclusive. */
  readonly maxDepth: number;
  /** Length of the compact text in UTF-8 bytes, inclusive. */
  readonly maxBytes: number;
}

/** Writes one value; owns what is left of its bounds. */
class Writer {
  readonly #field: string;
  readonly #bounds: JsonBounds;
  #chars = 0;

  constructor(field: string, bounds: JsonBounds) {
    this.#field = field;
    this.#bounds = bounds;
  }

  #refuse(problem: FieldProblem): never {
    throw badField(this.#field, problem);
  }

  /** Takes `unknown` because metadata comes from applications, and types do not hold at run time. */
  write(value: unknown, depth: number): string {
    // Counted on every level, so that a cycle or a much shared object stops early instead of filling the memory.
    this.#count(1);
    if (value === null || typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonDecimal) {
      return this.#number(value);
    }
    if (depth >= this.#bounds.maxDepth) return this.#refuse('too-deep');
    if (Array.isArray(value)) {
      return `[${Array.from(value as readonly unknown[], (item) => this.write(item, depth + 1)).join(',')}]`;
    }
    if (typeof value !== 'object' || !isPlainObject(value)) return this.#refuse('not-json');
    const members = Object.entries(value).map(
      ([name, member]): WrittenMember => [this.#name(name), this.write(member, depth + 1)],
    );
    return joinMembers(members.sort(byUtf8));
  }

  #count(chars: number): void {
    this.#chars += chars;
    if (this.#chars > this.#bounds.maxBytes) this.#refuse('too-long');
  }

  #text(text: string): string {
    this.#count(text.length);
    if (hasLoneSurrogate(text)) return this.#refuse('lone-surrogate');
    return JSON.stringify(text);
  }

  #name(name: string): string {
    this.#count(name.length);
    if (hasLoneSurrogate(name)) return this.#refuse('lone-surrogate');
    if (name.length > JSON_NAME_MAX_CHARS) return this.#refuse('too-long');
    return name;
  }

  #number(value: JsonNumber): string {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) return this.#refuse('out-of-range');
    const text = String(value);
    if (text.length > JSON_NUMBER_MAX_CHARS || jsonNumber(text) === undefined) {
      return this.#refuse('out-of-range');
    }
    return text;
  }
}

/**
 * Compact JSON of a value, its members sorted by name, so that equal values give equal bytes: the
 * reference's, but for decimals from 1e-6 to 1e-5, which it writes with an exponent.
 *
 * @param field Name for the error's context.
 * @throws PAYKIT_BAD_FIELD for what JSON, or a reader that keeps to these bounds, cannot hold: class instances,
 * `undefined`, `NaN`, unsafe integers (pass a bigint), lone surrogates, cycles.
 */
export function stringifyJson(value: JsonValue, field: string, bounds: JsonBounds): string {
  const text = new Writer(field, bounds).write(value, 0);
  if (encodeUtf8(text).length > bounds.maxBytes) throw badField(field, 'too-long');
  return text;
}
