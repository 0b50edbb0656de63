import { concatBytes } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { type DnsRecord, decodeDnsMessage, encodeDnsMessage } from '../../src/index.ts';
import { ascii, bytes, pointer, thrownBy, wireMessage, wireName, wireRecord } from '../bytes.ts';

const A = 1;
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);
const record = (name: string): DnsRecord => ({ name, ttl: 60, data: { type: 'A', address: LOOPBACK } });
const HEADER_BYTES = 12;

/** An address record for what `name` comes to, which stands right after the header. */
const answering = (name: Uint8Array): Uint8Array =>
  wireMessage({ answers: 1 }, wireRecord(name, A, LOOPBACK));

const problemOf = (message: Uint8Array): unknown => {
  const { code, context } = thrownBy(() => decodeDnsMessage(message));
  expect(code).toBe('DISCOVERY_BAD_MESSAGE');
  return context['problem'];
};

describe('encodeDnsMessage', () => {
  it('writes the header and the names of pkarr, compressed', () => {
    const key = 'y'.repeat(52);
    const message = encodeDnsMessage([record(`_pubky.${key}`), record(key), record(`_pubky.${key}`)]);
    const fixed = '0001 0001 0000003c 0004 7f000001';
    const expected = concatBytes(
      bytes('0000 8000 0000 0003 0000 0000'),
      wireName('_pubky', key),
      bytes(fixed),
      pointer(HEADER_BYTES + 7),
      bytes(fixed),
      pointer(HEADER_BYTES),
      bytes(fixed),
    );
    expect(message).toEqual(expected);
  });

  it('writes an empty message', () => {
    expect(encodeDnsMessage([])).toEqual(bytes('0000 8000 0000 0000 0000 0000'));
  });

  it('does not compress names that differ in case', () => {
    const read = decodeDnsMessage(encodeDnsMessage([record('a.B'), record('a.b')]));
    expect(read.map(({ name }) => name)).toEqual(['a.B', 'a.b']);
  });

  it('tells "a.b" as one label from two', () => {
    const names = ['a\\.b', 'a.b', 'b'];
    expect(decodeDnsMessage(encodeDnsMessage(names.map(record))).map(({ name }) => name)).toEqual(names);
  });

  it('[F3] takes exactly 1000 bytes, and says how much 1001 are', () => {
    const filling = (length: number): DnsRecord => ({
      name: 'a',
      ttl: 0,
      data: { type: 'unknown', typeNumber: 999, bytes: new Uint8Array(length - HEADER_BYTES - 13) },
    });
    expect(encodeDnsMessage([filling(999)])).toHaveLength(999);
    expect(encodeDnsMessage([filling(1_000)])).toHaveLength(1_000);
    expect(thrownBy(() => encodeDnsMessage([filling(1_001)]))).toMatchObject({
      code: 'DISCOVERY_PACKET_TOO_LARGE',
      context: { length: 1_001, maximum: 1_000, records: 1 },
    });
  });

  it('refuses more records than a count can say, and data longer than a length can say', () => {
    const many = Array.from({ length: 65_537 }, () => record('a'));
    expect(thrownBy(() => encodeDnsMessage(many)).context).toMatchObject({ records: 65_537 });
    const data = { type: 'unknown', typeNumber: 999, bytes: new Uint8Array(65_536) } as const;
    const long = thrownBy(() => encodeDnsMessage([{ name: 'a', ttl: 0, data }]));
    expect(long.code).toBe('DISCOVERY_PACKET_TOO_LARGE');
  });

  it.each([
    ['a TTL', { ...record('a'), ttl: 2 ** 32 }],
    ['a negative TTL', { ...record('a'), ttl: -1 }],
    ['a fraction', { ...record('a'), ttl: 0.5 }],
    ['a class', { ...record('a'), class: 65_536 }],
    ['a type', { ...record('a'), data: { type: 'unknown', typeNumber: 65_536, bytes: LOOPBACK } as const }],
  ])('refuses %s that is out of range', (_, wrong) => {
    expect(thrownBy(() => encodeDnsMessage([wrong]))).toMatchObject({
      code: 'DISCOVERY_BAD_RECORD',
      context: { problem: 'number out of range', record: 'a' },
    });
  });
});

describe('decodeDnsMessage', () => {
  it('reads what was written', () => {
    const records = [record('a'), { ...record('b.a'), class: 3, ttl: 2 ** 32 - 1 }];
    expect(decodeDnsMessage(encodeDnsMessage(records))).toEqual(records);
  });

  it('shares no memory with its input, whatever kind of buffer that is', () => {
    for (const input of [encodeDnsMessage([record('a')]), Buffer.from(encodeDnsMessage([record('a')]))]) {
      const read = decodeDnsMessage(input);
      input.fill(0);
      expect(read).toEqual([record('a')]);
    }
  });

  it('gives views of a message that is owned, and of a copy of one that is not', () => {
    for (const owned of [true, false]) {
      for (const input of [encodeDnsMessage([record('a')]), Buffer.from(encodeDnsMessage([record('a')]))]) {
        const data = decodeDnsMessage(input, { owned })[0]?.data;
        expect(data?.type === 'A' && data.address.buffer === input.buffer).toBe(owned);
      }
    }
  });

  it('follows pointers, also to pointers, and into the data of other records', () => {
    const message = wireMessage(
      { answers: 4 },
      wireRecord(wireName('a', 'b'), A, LOOPBACK), // a at 12, b at 14, its data ends at 31
      wireRecord(pointer(HEADER_BYTES), A, LOOPBACK), // a pointer at 31
      wireRecord(concatBytes(Uint8Array.of(1), ascii('c'), pointer(31)), 16, wireName('text')),
      wireRecord(pointer(31 + 16 + 14), A, LOOPBACK),
    );
    expect(decodeDnsMessage(message).map(({ name }) => name)).toEqual(['a.b', 'a.b', 'c.a.b', 'text']);
  });

  it('ignores id, flags and codes, as Rust does, but for the reserved bit', () => {
    const message = encodeDnsMessage([record('a')]);
    message.set(bytes('ffff ffbf'));
    expect(decodeDnsMessage(message)).toEqual([record('a')]);
    message.set(bytes('0000 8040'));
    expect(problemOf(message)).toBe('reserved header bit');
  });

  it('reads over questions, authority and additional records, and leaves them out', () => {
    const message = wireMessage(
      { questions: 1, answers: 1, authority: 1, additional: 2 },
      wireName('question'),
      bytes('00ff 0001'),
      wireRecord(wireName('answer'), A, LOOPBACK),
      wireRecord(wireName('authority'), 2, pointer(HEADER_BYTES)),
      wireRecord(wireName('additional'), A, LOOPBACK),
      concatBytes(wireName(), bytes('0029 1000 00000000 0000')),
    );
    expect(decodeDnsMessage(message)).toEqual([record('answer')]);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['half a header', bytes('0000 8000 0000')],
    ['a count without a record', wireMessage({ answers: 1 })],
    [
      '65535 records that are not there',
      wireMessage({ answers: 0xffff }, wireRecord(wireName('a'), A, LOOPBACK)),
    ],
    ['65535 questions that are not there', wireMessage({ questions: 0xffff })],
    ['an authority count that lies', wireMessage({ authority: 1 })],
    ['an additional count that lies', wireMessage({ additional: 1 })],
    ['a name without an end', wireMessage({ answers: 1 }, Uint8Array.of(1, 97))],
    ['a label cut short', wireMessage({ answers: 1 }, Uint8Array.of(5, 97))],
    ['half a pointer', wireMessage({ answers: 1 }, Uint8Array.of(0xc0))],
    ['data cut short', answering(wireName('a')).subarray(0, -1)],
    ['a record without data length', answering(wireName('a')).subarray(0, -5)],
    ['a question without class', wireMessage({ questions: 1 }, wireName('a'), bytes('0001 00'))],
    [
      'a pointer to a label that reaches beyond the pointer',
      wireMessage(
        { answers: 2 },
        wireRecord(wireName(), 999, Uint8Array.of(9)),
        wireRecord(pointer(HEADER_BYTES + 11), A, LOOPBACK),
      ),
    ],
  ])('[F3] refuses %s: truncated', (_, message) => {
    expect(problemOf(message)).toBe('truncated');
  });

  it.each<[string, Uint8Array]>([
    ['to itself', pointer(HEADER_BYTES)],
    ['to its second byte', pointer(HEADER_BYTES + 1)],
    ['forward', pointer(HEADER_BYTES + 20)],
    ['beyond the end', pointer(0x3fff)],
    ['to the label before it', concatBytes(Uint8Array.of(1, 97), pointer(HEADER_BYTES))],
  ])('[F3] refuses a pointer %s', (_, name) => {
    expect(problemOf(answering(name))).toBe('pointer not backwards');
  });

  it('[F3] refuses a pointer into the header, which holds no name', () => {
    expect(problemOf(answering(pointer(HEADER_BYTES - 1)))).toBe('pointer into the header');
  });

  it('[F3] refuses two names that point at each other', () => {
    const loop = wireMessage(
      { answers: 2 },
      wireRecord(concatBytes(Uint8Array.of(1, 97), pointer(HEADER_BYTES + 18)), A, LOOPBACK),
      wireRecord(pointer(HEADER_BYTES), A, LOOPBACK),
    );
    expect(problemOf(loop)).toBe('pointer not backwards');
  });

  it('[F3] refuses the label types that were never used', () => {
    expect(problemOf(answering(Uint8Array.of(0x40, 0)))).toBe('reserved label type');
    expect(problemOf(answering(Uint8Array.of(0x80, 0)))).toBe('reserved label type');
  });

  it('[F3] takes names of 255 bytes, and not one more, written out or put together from pointers', () => {
    const label = 'a'.repeat(63);
    const whole = (last: number): Uint8Array => answering(wireName(label, label, label, 'a'.repeat(last)));
    expect(decodeDnsMessage(whole(61))[0]?.name).toHaveLength(253);
    expect(problemOf(whole(62))).toBe('name too long');
    const first = wireName(label, label, label);
    const pieced = (length: number): Uint8Array =>
      wireMessage(
        { answers: 2 },
        wireRecord(first, A, LOOPBACK),
        wireRecord(
          concatBytes(Uint8Array.of(length), ascii('b'.repeat(length)), pointer(HEADER_BYTES)),
          A,
          LOOPBACK,
        ),
      );
    expect(decodeDnsMessage(pieced(61))[1]?.name).toHaveLength(253);
    expect(problemOf(pieced(62))).toBe('name too long');
  });

  it('[F3] bounds the work that pointers to pointers cause', () => {
    /** Pointers of which each leads to the one before it, in the data of a record, and names that go through all. */
    const chain = (length: number): Uint8Array => {
      const start = HEADER_BYTES + 1 + 10;
      const pointers = Array.from({ length }, (_, i) =>
        pointer(i === 0 ? HEADER_BYTES : start + 2 * (i - 1)),
      );
      const data = concatBytes(...pointers);
      const last = pointer(start + 2 * (length - 1));
      return wireMessage({ answers: 2 }, wireRecord(wireName(), 999, data), wireRecord(last, A, LOOPBACK));
    };
    expect(decodeDnsMessage(chain(126))[1]?.name).toBe('');
    expect(problemOf(chain(127))).toBe('too many pointers');
    expect(problemOf(chain(480))).toBe('too many pointers');
  });

  it('[F3] makes at most 64 times as much of a message as it has bytes', () => {
    const label = 'a'.repeat(63);
    const long = wireRecord(wireName(label, label, label, 'a'.repeat(61)), A, LOOPBACK);
    const short = wireRecord(pointer(HEADER_BYTES), A, LOOPBACK);
    const count = Math.floor((1_000 - HEADER_BYTES - long.length) / short.length);
    const bomb = wireMessage({ answers: count + 1 }, long, ...Array.from({ length: count }, () => short));
    const read = decodeDnsMessage(bomb);
    expect(read).toHaveLength(45);
    expect(read.reduce((sum, { name }) => sum + name.length, 0)).toBeLessThan(64 * bomb.length);
  });

  it('[F3] refuses bytes after the last record', () => {
    expect(problemOf(concatBytes(encodeDnsMessage([record('a')]), Uint8Array.of(0)))).toBe('trailing bytes');
  });

  it('[F3] refuses more than 1000 bytes before it looks at them', () => {
    const longest = wireMessage(
      { answers: 1 },
      wireRecord(wireName('a'), 999, new Uint8Array(1_000 - HEADER_BYTES - 13)),
    );
    expect(decodeDnsMessage(longest)).toHaveLength(1);
    // Its first bytes would be refused for another reason.
    expect(problemOf(new Uint8Array(1_001).fill(0xff))).toBe('too long');
    expect(problemOf(new Uint8Array(20_000_000))).toBe('too long');
  });
});
