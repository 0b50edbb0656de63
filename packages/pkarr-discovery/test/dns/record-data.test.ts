import { concatBytes } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { NAME_LAYOUTS } from '../../src/dns/name-layouts.ts';
import { type DnsRecordData, decodeDnsMessage, encodeDnsMessage } from '../../src/index.ts';
import { ascii, bytes, pointer, thrownBy, uint16, wireMessage, wireName, wireRecord } from '../bytes.ts';

const HEADER_BYTES = 12;
const NONE = new Uint8Array(0);

const written = (data: DnsRecordData): Uint8Array => encodeDnsMessage([{ name: '', ttl: 60, data }]);
/** A record of the root, so that its data begins at 23. */
const wire = (typeNumber: number, data: Uint8Array): Uint8Array =>
  wireMessage({ answers: 1 }, wireRecord(wireName(), typeNumber, data));
const read = (typeNumber: number, data: Uint8Array): DnsRecordData | undefined =>
  decodeDnsMessage(wire(typeNumber, data))[0]?.data;
const problemOf = (typeNumber: number, data: Uint8Array): unknown =>
  thrownBy(() => decodeDnsMessage(wire(typeNumber, data))).context['problem'];
const refusal = (data: DnsRecordData): unknown => thrownBy(() => written(data)).context['problem'];
const parameters = (...entries: [number, Uint8Array][]): Map<number, Uint8Array> => new Map(entries);

/** Data, its type number, and its bytes; the service records are those of RFC 9460, appendix D. */
const DATA: readonly (readonly [string, DnsRecordData, number, Uint8Array])[] = [
  ['an A', { type: 'A', address: bytes('c0000201') }, 1, bytes('c0000201')],
  ['an NS', { type: 'NS', target: 'ns.example' }, 2, wireName('ns', 'example')],
  ['a CNAME', { type: 'CNAME', target: 'foo' }, 5, wireName('foo')],
  ['a CNAME to the root', { type: 'CNAME', target: '' }, 5, wireName()],
  ['a TXT', { type: 'TXT', strings: [ascii('v=1')] }, 16, bytes('03 763d31')],
  ['a TXT of an empty string', { type: 'TXT', strings: [NONE] }, 16, bytes('00')],
  [
    'a TXT of several strings, one of them full',
    { type: 'TXT', strings: [new Uint8Array(255).fill(7), NONE, ascii('x')] },
    16,
    concatBytes(bytes('ff'), new Uint8Array(255).fill(7), bytes('00 01 78')),
  ],
  ['an AAAA', { type: 'AAAA', address: new Uint8Array(16).fill(9) }, 28, new Uint8Array(16).fill(9)],
  [
    'an alias (D.1)',
    { type: 'HTTPS', priority: 0, target: 'foo.example.com', parameters: parameters() },
    65,
    concatBytes(bytes('0000'), wireName('foo', 'example', 'com')),
  ],
  [
    'a target of its own (D.2, figure 3)',
    { type: 'SVCB', priority: 1, target: '', parameters: parameters() },
    64,
    bytes('0001 00'),
  ],
  [
    'a port (D.2, figure 4)',
    { type: 'SVCB', priority: 16, target: 'foo.example.com', parameters: parameters([3, uint16(53)]) },
    64,
    concatBytes(bytes('0010'), wireName('foo', 'example', 'com'), bytes('0003 0002 0035')),
  ],
  [
    'a private parameter (D.2, figure 5)',
    {
      type: 'SVCB',
      priority: 1,
      target: 'foo.example.com',
      parameters: parameters([667, ascii('hello\xd2qoo')]),
    },
    64,
    concatBytes(bytes('0001'), wireName('foo', 'example', 'com'), bytes('029b 0009 68656c6c6fd2716f6f')),
  ],
  [
    'what a test homeserver says',
    { type: 'HTTPS', priority: 10, target: 'localhost', parameters: parameters([65_280, uint16(6286)]) },
    65,
    concatBytes(bytes('000a'), wireName('localhost'), bytes('ff00 0002 188e')),
  ],
  [
    'a parameter without a value',
    { type: 'HTTPS', priority: 1, target: 'a', parameters: parameters([0, uint16(2)], [2, NONE]) },
    65,
    concatBytes(bytes('0001'), wireName('a'), bytes('0000 0002 0002 0002 0000')),
  ],
  ['a type nobody knows', { type: 'unknown', typeNumber: 999, bytes: bytes('c00c') }, 999, bytes('c00c')],
  ['a known type without data', { type: 'unknown', typeNumber: 16, bytes: NONE }, 16, NONE],
  ['a type with names without data', { type: 'unknown', typeNumber: 15, bytes: NONE }, 15, NONE],
];

describe('record data', () => {
  it.each(DATA)('writes and reads %s', (_, data, typeNumber, onWire) => {
    expect(written(data)).toEqual(wire(typeNumber, onWire));
    expect(read(typeNumber, onWire)).toEqual(data);
  });

  it('writes parameters in the order of their keys, whatever order they were given in', () => {
    const scrambled = parameters([65_280, uint16(1)], [3, uint16(2)], [1, NONE]);
    const data = { type: 'HTTPS', priority: 1, target: '', parameters: scrambled } as const;
    const order = decodeDnsMessage(written(data)).map(
      ({ data: again }) => again.type === 'HTTPS' && [...again.parameters.keys()],
    );
    expect(order).toEqual([[1, 3, 65_280]]);
  });

  it('[F3] refuses parameters out of order, and twice the same', () => {
    const head = bytes('0001 00');
    const out = concatBytes(head, bytes('0003 0000 0001 0000'));
    const twice = concatBytes(head, bytes('0003 0000 0003 0000'));
    expect(problemOf(65, out)).toBe('parameters out of order');
    expect(problemOf(64, twice)).toBe('parameters out of order');
  });

  it.each<[string, number, string]>([
    ['a short address', 1, '7f0000'],
    ['a short IPv6 address', 28, '00'],
    ['a string cut short', 16, '05 61'],
    ['a priority alone', 65, '0001'],
    ['half a priority', 64, '00'],
    ['half a parameter key', 65, '0001 00 00'],
    ['a parameter without length', 65, '0001 00 0003'],
    ['a parameter cut short', 65, '0001 00 0003 0002 00'],
    ['a name cut short', 5, '03 61'],
    ['a preference alone', 15, '0001'],
    ['a start of authority without its numbers', 6, '00 00 0000'],
    ['a string with a length that lies', 35, '0000 0000 ff 61'],
  ])('[F3] refuses %s: truncated', (_, typeNumber, data) => {
    expect(problemOf(typeNumber, bytes(data))).toBe('truncated');
  });

  it.each<[string, number, string]>([
    ['a long address', 1, '7f000001 00'],
    ['a long IPv6 address', 28, '00'.repeat(17)],
    ['bytes after a name', 5, '00 00'],
    ['bytes after an exchange', 15, '0001 00 00'],
  ])('[F3] refuses %s: trailing bytes', (_, typeNumber, data) => {
    expect(problemOf(typeNumber, bytes(data))).toBe('trailing bytes');
  });

  it('refuses to write what cannot be read again', () => {
    expect(refusal({ type: 'A', address: new Uint8Array(16) })).toBe('wrong address length');
    expect(refusal({ type: 'AAAA', address: new Uint8Array(4) })).toBe('wrong address length');
    expect(refusal({ type: 'TXT', strings: [] })).toBe('no strings');
    expect(refusal({ type: 'TXT', strings: [new Uint8Array(256)] })).toBe('string too long');
    expect(refusal({ type: 'CNAME', target: 'a..b' })).toBe('empty label');
    const service = { type: 'HTTPS', target: '', parameters: parameters() } as const;
    expect(refusal({ ...service, priority: 65_536 })).toBe('number out of range');
    expect(refusal({ ...service, priority: 1, parameters: parameters([65_536, NONE]) })).toBe(
      'number out of range',
    );
    expect(refusal({ type: 'unknown', typeNumber: 65, bytes: bytes('0001 00') })).toBe(
      'known type given as unknown',
    );
  });
});

describe('NAME_LAYOUTS', () => {
  const ALIAS = wireName('mail', 'example');

  it('[I3] keeps what data means when its names pointed elsewhere in the message', () => {
    for (const [typeNumber, { fields }] of NAME_LAYOUTS) {
      const dataOf = (name: Uint8Array): Uint8Array =>
        concatBytes(
          ...fields.map((field) => {
            if (field === 'name') return name;
            if (field === 'string') return bytes('02 6869');
            return field === 'rest' ? bytes('c00c') : new Uint8Array(field).fill(0xc0);
          }),
        );
      const message = wireMessage(
        { answers: 2 },
        wireRecord(ALIAS, 1, bytes('7f000001')),
        wireRecord(wireName(), typeNumber, dataOf(pointer(HEADER_BYTES))),
      );
      const [, record] = decodeDnsMessage(message);
      expect(record?.data).toEqual({ type: 'unknown', typeNumber, bytes: dataOf(ALIAS) });
      // In another message, behind another record, it is the same again.
      if (record === undefined) throw new Error('there are two records');
      const other = { name: 'other', ttl: 1, data: { type: 'CNAME', target: 'example' } } as const;
      expect(decodeDnsMessage(encodeDnsMessage([other, record]))[1]).toEqual(record);
    }
    expect(NAME_LAYOUTS.size).toBe(22);
  });

  it('compresses the names that RFC 1035 lets it, so that nothing grows on its way through', () => {
    const data = concatBytes(uint16(10), pointer(HEADER_BYTES));
    const message = wireMessage(
      { answers: 3 },
      wireRecord(ALIAS, 1, bytes('7f000001')),
      wireRecord(pointer(HEADER_BYTES), 15, data),
      wireRecord(pointer(HEADER_BYTES), 2, pointer(HEADER_BYTES)),
    );
    expect(encodeDnsMessage(decodeDnsMessage(message))).toEqual(message);
  });

  it('writes out the names of all other types, also where the message has them already', () => {
    const srv = { type: 'unknown', typeNumber: 33, bytes: concatBytes(new Uint8Array(6), ALIAS) } as const;
    const message = encodeDnsMessage([{ name: 'mail.example', ttl: 0, data: srv }]);
    expect(message.subarray(-ALIAS.length)).toEqual(ALIAS);
  });

  it('does not point from or to the target of a service, which stands written out (RFC 9460 §2.2)', () => {
    const data = { type: 'HTTPS', priority: 0, target: 'mail.example', parameters: parameters() } as const;
    const message = encodeDnsMessage([
      { name: 'mail.example', ttl: 0, data },
      { name: 'mail.example', ttl: 0, data },
    ]);
    const [first, second] = [message.indexOf(4, HEADER_BYTES + 1), message.length - ALIAS.length];
    expect(message.subarray(first, first + ALIAS.length)).toEqual(ALIAS);
    expect(message.subarray(second)).toEqual(ALIAS);
  });

  it('reads a target that is compressed all the same, as Rust does', () => {
    const message = wireMessage(
      { answers: 1 },
      wireRecord(ALIAS, 65, concatBytes(uint16(0), pointer(HEADER_BYTES))),
    );
    expect(decodeDnsMessage(message)[0]?.data).toMatchObject({ target: 'mail.example' });
  });

  it('refuses unknown data whose names are malformed, or point', () => {
    for (const data of ['0001 03 61', '0001 c00c', '0001 00 00', '0001 4000', '00']) {
      expect(refusal({ type: 'unknown', typeNumber: 15, bytes: bytes(data) })).toBe(
        'names in the data are malformed',
      );
    }
  });
});
