import type { PayloadFault } from '../errors.ts';
import { isWellFormed } from './well-formed.ts';

const WHITE_SPACE = /[ \t\n\r]*/y;
/** RFC 8259 §7; the class leaves out the quote, the backslash and everything below U+0020. */
const STRING = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
/** An integer of at most three digits, without sign or leading zero; what follows decides whether it was one. */
const SMALL_INTEGER = /(?:0|[1-9][0-9]{0,2})/y;
const GREATEST_BYTE = 255;

/**
 * Reads JSON front to back by the grammar of RFC 8259, keeping what `JSON.parse` loses: repeated members and the
 * written form of numbers. Works on text that is already bounded; nesting is bounded here.
 */
export class JsonScanner {
  readonly #text: string;
  readonly #maximumDepth: number;
  readonly #refuse: (fault: PayloadFault, offset: number) => never;
  #at = 0;

  /** @param refuse Throws the error of whatever format this text should have been. */
  constructor(text: string, maximumDepth: number, refuse: (fault: PayloadFault, offset: number) => never) {
    this.#text = text;
    this.#maximumDepth = maximumDepth;
    this.#refuse = refuse;
  }

  /** Ends reading: everything after the value must be white space. */
  end(): void {
    this.#skipWhiteSpace();
    if (this.#at !== this.#text.length) this.fail('trailing-data');
  }

  /** Calls `onMember` with each decoded member name, the scanner standing before the value it must read. */
  object(onMember: (name: string) => void): void {
    this.#punctuation('{');
    if (this.#accept('}')) return;
    do {
      const name = this.string();
      this.#punctuation(':');
      onMember(name);
    } while (this.#accept(','));
    this.#punctuation('}');
  }

  /** A string, decoded. Escapes that are no Unicode text are refused, as by serde. */
  string(): string {
    const decoded = JSON.parse(this.#token(STRING)) as string;
    if (!isWellFormed(decoded)) this.fail('syntax');
    return decoded;
  }

  /** An array of exactly `length` integers 0 to 255, each in plain decimal, as a fresh buffer. */
  byteArray(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#punctuation('[');
    for (let i = 0; i < length; i++) {
      if (i > 0 && !this.#accept(',')) this.fail(this.#accept(']') ? 'wrong-length' : 'not-a-byte');
      bytes[i] = this.#byte();
    }
    if (!this.#accept(']')) this.fail(this.#accept(',') ? 'wrong-length' : 'not-a-byte');
    return bytes;
  }

  /** Passes over one value of any kind. */
  skipValue(depth = 0): void {
    if (depth >= this.#maximumDepth) this.fail('too-deep');
    this.#skipWhiteSpace();
    switch (this.#text[this.#at]) {
      case '{':
        this.object(() => this.skipValue(depth + 1));
        break;
      case '[':
        this.#array(() => this.skipValue(depth + 1));
        break;
      case '"':
        this.#token(STRING);
        break;
      case 't':
      case 'f':
      case 'n':
        this.#token(LITERAL);
        break;
      default:
        this.#token(NUMBER);
    }
  }

  /** Refuses the text, naming where the scanner stands. */
  fail(fault: PayloadFault): never {
    return this.#refuse(fault, this.#at);
  }

  #array(onElement: () => void): void {
    this.#punctuation('[');
    if (this.#accept(']')) return;
    do onElement();
    while (this.#accept(','));
    this.#punctuation(']');
  }

  #byte(): number {
    this.#skipWhiteSpace();
    if (this.#text[this.#at] === ']') this.fail('wrong-length');
    const value = Number(this.#match(SMALL_INTEGER) ?? this.fail('not-a-byte'));
    if (value > GREATEST_BYTE) this.fail('not-a-byte');
    return value;
  }

  #token(grammar: RegExp): string {
    this.#skipWhiteSpace();
    return this.#match(grammar) ?? this.fail('syntax');
  }

  #punctuation(character: string): void {
    if (!this.#accept(character)) this.fail('syntax');
  }

  #accept(character: string): boolean {
    this.#skipWhiteSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipWhiteSpace(): void {
    this.#match(WHITE_SPACE);
  }

  #match(grammar: RegExp): string | undefined {
    grammar.lastIndex = this.#at;
    const found = grammar.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
