import { MAX_DNS_MESSAGE_BYTES } from '../constants.ts';
import { DiscoveryError, type RecordProblem, shownText } from '../errors.ts';
import { checkLabel, formatName, isPlainName, parseName } from './name.ts';

const POINTER_FLAG = 0xc000;
/** Inclusive: what the 14 bits of a pointer reach. */
const MAX_POINTER_OFFSET = 0x3fff;
const DOT = '.';
const NOWHERE = new Uint8Array(0);
/** The room of a writer that has finished, for the next one: making new room takes as long as a short message. */
let spareRoom: Uint8Array | undefined;

/** Writes a DNS message front to back, and remembers the names in it so that later ones can point at them. */
export class MessageWriter {
  /** Room for every message that fits into a packet, and more where one turns out not to. */
  #written: Uint8Array;
  /** Where each ending of a name stands, by its text. */
  readonly #places = new Map<string, number>();
  #offset = 0;
  #record = '';

  constructor() {
    this.#written = spareRoom ?? new Uint8Array(MAX_DNS_MESSAGE_BYTES);
    spareRoom = undefined;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#offset;
  }

  /** Says whose record comes now, for errors. */
  begin(record: string): this {
    this.#record = record;
    return this;
  }

  /** @throws DISCOVERY_BAD_RECORD unless 0 to 255. */
  uint8(value: number): this {
    this.#check(value, 0xff);
    const at = this.#take(1);
    this.#written[at] = value;
    return this;
  }

  /** Big endian. @throws DISCOVERY_BAD_RECORD unless 0 to 2^16−1. */
  uint16(value: number): this {
    this.#check(value, 0xffff);
    this.#setUint16(this.#take(2), value);
    return this;
  }

  /** Big endian. @throws DISCOVERY_BAD_RECORD unless 0 to 2^32−1. */
  uint32(value: number): this {
    this.#check(value, 0xffff_ffff);
    const at = this.#take(4);
    this.#setUint16(at, value >>> 16);
    this.#setUint16(at + 2, value);
    return this;
  }

  /** @param bytes Copied. */
  bytes(bytes: Uint8Array): this {
    const at = this.#take(bytes.length);
    this.#written.set(bytes, at);
    return this;
  }

  /**
   * A name that is shortened by a pointer where it can be, and that later ones may point at.
   *
   * @throws DISCOVERY_BAD_RECORD for a text that is no name.
   * @see RFC 1035 §4.1.4
   */
  name(text: string): this {
    return isPlainName(text) ? this.#plainLabels(text, true) : this.#labels(text, true);
  }

  /**
   * A name written out, for places where pointers are not allowed.
   *
   * @throws DISCOVERY_BAD_RECORD for a text that is no name.
   * @see RFC 3597 §4, RFC 9460 §2.2
   */
  wholeName(text: string): this {
    return isPlainName(text) ? this.#plainLabels(text, false) : this.#labels(text, false);
  }

  /** What `write` writes, after its length in two octets. A length beyond those is beyond every packet, too. */
  sized(write: () => void): this {
    const at = this.#take(2);
    write();
    this.#setUint16(at, this.#offset - at - 2);
    return this;
  }

  /** All that was written, in a fresh buffer. Nothing can be written after it. */
  finish(): Uint8Array {
    const written = this.#written.slice(0, this.#offset);
    if (this.#written.length === MAX_DNS_MESSAGE_BYTES) spareRoom = this.#written;
    this.#written = NOWHERE;
    return written;
  }

  /** The error for the record that is being written. */
  refuse(problem: RecordProblem): Error {
    return new DiscoveryError('DISCOVERY_BAD_RECORD', { problem, record: shownText(this.#record) });
  }

  /** A name by its labels, whatever bytes they hold. */
  #labels(text: string, compressed: boolean): this {
    const labels = parseName(text);
    for (const [index, label] of labels.entries()) {
      if (compressed && this.#pointed(formatName(labels.slice(index)))) return this;
      this.uint8(label.length).bytes(label);
    }
    return this.uint8(0);
  }

  /** The same of a text whose characters are the bytes of its labels. */
  #plainLabels(text: string, compressed: boolean): this {
    for (let start = 0; ; ) {
      if (compressed && this.#pointed(text.slice(start))) return this;
      const dot = text.indexOf(DOT, start);
      const end = dot === -1 ? text.length : dot;
      checkLabel(text, end - start);
      let at = this.#take(1 + end - start);
      const written = this.#written;
      written[at++] = end - start;
      for (let index = start; index < end; index++) written[at++] = text.charCodeAt(index);
      if (dot === -1) return this.uint8(0);
      start = dot + 1;
    }
  }

  /** Points at an ending that was written before, or else notes that it comes now. */
  #pointed(ending: string): boolean {
    const place = this.#places.get(ending);
    if (place !== undefined) this.uint16(POINTER_FLAG | place);
    else if (this.#offset <= MAX_POINTER_OFFSET) this.#places.set(ending, this.#offset);
    return place !== undefined;
  }

  /** Makes room for so many bytes. @returns Where they go. */
  #take(length: number): number {
    const at = this.#offset;
    this.#offset += length;
    if (this.#offset > this.#written.length) {
      const grown = new Uint8Array(Math.max(2 * this.#written.length, this.#offset));
      grown.set(this.#written);
      this.#written = grown;
    }
    return at;
  }

  #setUint16(at: number, value: number): void {
    this.#written[at] = value >> 8;
    this.#written[at + 1] = value;
  }

  #check(value: number, maximum: number): void {
    if (!Number.isInteger(value) || value < 0 || value > maximum) throw this.refuse('number out of range');
  }
}
