import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { formatName } from '../../src/dns/name.ts';
import { NameReader } from '../../src/dns/name-reader.ts';
import { DiscoveryError } from '../../src/index.ts';

const HEADER_BYTES = 12;
const MAX_JUMPS = 127;
const MAX_OCTETS = 255;

/** What comes of reading a name. */
type Outcome = { readonly text: string; readonly next: number } | 'refused';

/** A name by the letter of RFC 1035 §4.1.4, one octet after the other, by a reader that remembers nothing. */
function model(message: Uint8Array, from: number, until: number): Outcome {
  const labels: Uint8Array[] = [];
  let [at, start, end, octets, jumps] = [from, from, until, 1, 0];
  let next: number | undefined;
  for (;;) {
    const length = message[at];
    if (length === undefined || at >= end) return 'refused';
    if (length === 0) return { text: formatName(labels), next: next ?? at + 1 };
    if (length >= 0xc0) {
      if (at + 2 > end) return 'refused';
      const target = (length & 0x3f) * 256 + (message[at + 1] as number);
      jumps += 1;
      if (target >= start || target < HEADER_BYTES || jumps > MAX_JUMPS) return 'refused';
      next ??= at + 2;
      [end, start, at] = [at, target, target];
      continue;
    }
    octets += 1 + length;
    if (length > 63 || at + 1 + length > end || octets > MAX_OCTETS) return 'refused';
    labels.push(message.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
}

function outcome(read: () => Outcome): Outcome {
  try {
    return read();
  } catch (error) {
    if (error instanceof DiscoveryError && error.code === 'DISCOVERY_BAD_MESSAGE') return 'refused';
    throw error;
  }
}

/** A pointer to the piece so many pieces before it. */
interface Backwards {
  readonly by: number;
}

/** A label whose octets may be taken for the lengths of labels by a pointer into it. */
const labels = (minLength: number, maxLength: number) =>
  fc
    .array(fc.oneof(fc.nat(255), fc.nat(12)), { minLength, maxLength })
    .map((label) => [label.length, ...label]);

/** A label, the end of a name, a pointer to another piece, a pointer anywhere, or any octet. */
const pieces = fc.oneof(
  { weight: 5, arbitrary: labels(1, 9) },
  { weight: 1, arbitrary: labels(60, 63) },
  { weight: 3, arbitrary: fc.constant([0]) },
  { weight: 6, arbitrary: fc.integer({ min: 2, max: 12 }).map((by): Backwards => ({ by })) },
  { weight: 3, arbitrary: fc.integer({ min: HEADER_BYTES, max: 90 }).map((target) => [0xc0, target]) },
  { weight: 1, arbitrary: fc.nat(255).map((octet) => [octet]) },
);

function laidOut(list: readonly (readonly number[] | Backwards)[]): Uint8Array {
  const message: number[] = new Array(HEADER_BYTES).fill(0);
  const starts: number[] = [];
  for (const piece of list) {
    const start = message.length;
    if ('by' in piece) {
      const target = starts.at(-piece.by) ?? HEADER_BYTES;
      message.push(0xc0 + (target >> 8), target & 0xff);
    } else message.push(...piece);
    starts.push(start);
  }
  return Uint8Array.from(message);
}

const messages = fc.array(pieces, { maxLength: 60 }).map(laidOut);

describe('NameReader', () => {
  it('reads one name after the other as a reader does that remembers nothing', () => {
    const seen = { read: 0, refused: 0, compressed: 0 };
    fc.assert(
      fc.property(messages, (message) => {
        const reader = new NameReader(message, 'followed');
        let at = HEADER_BYTES;
        while (at < message.length) {
          const wanted = model(message, at, message.length);
          const found = outcome(() => {
            const text = reader.read(at, message.length);
            return { text, next: reader.next };
          });
          expect(found).toEqual(wanted);
          if (wanted === 'refused') {
            seen.refused += 1;
            // A message with such a name is refused as a whole: nothing is read of it any more.
            return;
          }
          seen.read += 1;
          if (message[wanted.next - 1] !== 0) seen.compressed += 1;
          at = wanted.next;
        }
      }),
      { numRuns: effort(40_000) },
    );
    expect(Math.min(seen.read, seen.refused, seen.compressed)).toBeGreaterThan(effort(1_000));
  });

  it('gives the labels behind a pointer no more room than there is before it, remembered or not', () => {
    // A label of four octets, two of which are a pointer to it; then pointers to that one, and to the label.
    const label = HEADER_BYTES;
    const [inside, ending] = [label + 1, label + 5];
    const [toInside, toLabel] = [ending + 1, ending + 3];
    const message = Uint8Array.from([
      ...new Array(HEADER_BYTES).fill(0),
      ...[4, 0xc0, label, 97, 97, 0],
      ...[0xc0, inside],
      ...[0xc0, label],
    ]);
    for (const first of [[], [toLabel]]) {
      const reader = new NameReader(message, 'followed');
      for (const at of first) expect(reader.read(at, message.length)).toBe('\\192\\012aa');
      expect(outcome(() => ({ text: reader.read(toInside, message.length), next: 0 }))).toBe('refused');
      expect(model(message, toInside, message.length)).toBe('refused');
    }
  });

  it('follows 127 pointers and not one more, remembered or not', () => {
    const message: number[] = [...new Array(HEADER_BYTES).fill(0), 1, 97, 0];
    let last = HEADER_BYTES;
    const pointAt = (target: number): void => {
      last = message.length;
      message.push(0xc0 + (target >> 8), target & 0xff);
    };
    for (let jumps = 1; jumps <= 100; jumps++) pointAt(last);
    // The label b, whose rest is the hundredth pointer.
    const halfWay = message.length;
    message.push(1, 98);
    pointAt(last);
    last = halfWay;
    for (let jumps = 102; jumps <= MAX_JUMPS; jumps++) pointAt(last);
    const fits = last;
    pointAt(last);
    const bytes = Uint8Array.from(message);
    for (const first of [[], [halfWay]]) {
      const reader = new NameReader(bytes, 'followed');
      for (const at of first) expect(reader.read(at, bytes.length)).toBe('b.a');
      expect(reader.read(fits, bytes.length)).toBe('b.a');
      expect(outcome(() => ({ text: reader.read(last, bytes.length), next: 0 }))).toBe('refused');
    }
  });

  it('reads names of 255 octets and not one more, remembered or not', () => {
    const label = (length: number): number[] => [length, ...new Array(length).fill(97)];
    // 63 + 63 + 63 + the end: 193 octets, then 61 more, and 62 more, with the rest remembered.
    const tail = [...label(63), ...label(63), ...label(63), 0];
    const pointer = [0xc0, HEADER_BYTES];
    const header = new Array(HEADER_BYTES).fill(0);
    const message = Uint8Array.from([...header, ...tail, ...label(61), ...pointer, ...label(62), ...pointer]);
    const [fits, overlong] = [HEADER_BYTES + tail.length, HEADER_BYTES + tail.length + 64];
    for (const first of [[], [HEADER_BYTES]]) {
      const reader = new NameReader(message, 'followed');
      for (const at of first) reader.read(at, message.length);
      expect(reader.read(fits, message.length)).toHaveLength(253);
      expect(outcome(() => ({ text: reader.read(overlong, message.length), next: 0 }))).toBe('refused');
    }
  });
});
