import { concatBytes } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { formatName } from '../src/dns/name.ts';
import type { DnsRecord, DnsRecordData } from '../src/index.ts';
import { uint16 } from './bytes.ts';

const KNOWN_TYPES = new Set([1, 2, 5, 16, 28, 64, 65]);
/** Those of the layouts with a preference and a name. */
const MX = 15;
const WITH_NAMES = new Set([
  3, 4, 6, 7, 8, 9, 12, 14, 15, 17, 18, 21, 23, 24, 26, 30, 33, 35, 36, 39, 46, 47,
]);

const label = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('_pubky', '_noise', 'a', 'b', 'A', 'y'.repeat(52)) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 63 }) },
);
/** The labels of names that often share an ending. */
const labels = fc
  .array(label, { maxLength: 4 })
  .map((list) => list.map((one) => (typeof one === 'string' ? Uint8Array.from(Buffer.from(one)) : one)))
  .filter((list) => list.reduce((sum, one) => sum + one.length + 1, 1) <= 255);

/** Names in their one text. */
export const names: fc.Arbitrary<string> = labels.map(formatName);

const uint16s = fc.integer({ min: 0, max: 0xffff });
const someBytes = fc.uint8Array({ maxLength: 40 });
const parameters = fc
  .array(fc.tuple(uint16s, someBytes), { maxLength: 4 })
  .map((entries) => new Map([...new Map(entries)].sort(([left], [right]) => left - right)));

/** Record data of every kind. */
export const recordData: fc.Arbitrary<DnsRecordData> = fc.oneof(
  fc.record({
    type: fc.constant('A' as const),
    address: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('AAAA' as const),
    address: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  }),
  fc.record({ type: fc.constantFrom('NS' as const, 'CNAME' as const), target: names }),
  fc.record({
    type: fc.constant('TXT' as const),
    strings: fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    type: fc.constantFrom('HTTPS' as const, 'SVCB' as const),
    priority: uint16s,
    target: names,
    parameters,
  }),
  fc.record({
    type: fc.constant('unknown' as const),
    typeNumber: uint16s.filter((type) => !KNOWN_TYPES.has(type) && !WITH_NAMES.has(type)),
    bytes: someBytes,
  }),
  fc.record({
    type: fc.constant('unknown' as const),
    typeNumber: fc.constantFrom(...KNOWN_TYPES, ...WITH_NAMES),
    bytes: fc.constant(new Uint8Array(0)),
  }),
  fc.tuple(uint16s, labels).map(([preference, exchange]) => {
    const name = exchange.map((one) => concatBytes(Uint8Array.of(one.length), one));
    const bytes = concatBytes(uint16(preference), ...name, Uint8Array.of(0));
    return { type: 'unknown' as const, typeNumber: MX, bytes };
  }),
);

/** Records of every kind. */
export const records: fc.Arbitrary<DnsRecord> = fc.record(
  {
    name: names,
    ttl: fc.integer({ min: 0, max: 0xffff_ffff }),
    class: uint16s.filter((number) => number !== 1),
    data: recordData,
  },
  { requiredKeys: ['name', 'ttl', 'data'] },
);
