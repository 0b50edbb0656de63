import fc from 'fast-check';
import { DiscoveryError, type DnsRecord, encodeDnsMessage } from '../src/index.ts';
import { records } from './records.ts';

/** The message of some records, if one packet holds them. */
export function encoded(list: readonly DnsRecord[]): Uint8Array | undefined {
  try {
    return encodeDnsMessage(list);
  } catch (error) {
    if (error instanceof DiscoveryError && error.code === 'DISCOVERY_PACKET_TOO_LARGE') return undefined;
    throw error;
  }
}

/** Messages of records of every kind. */
export const messages: fc.Arbitrary<Uint8Array> = fc
  .array(records, { maxLength: 6 })
  .map(encoded)
  .filter((message) => message !== undefined);

/** Bytes with some of them changed, cut out or put in. */
export function mutated(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(999), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) });
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 4 })).map(([before, changes]) =>
    changes.reduce((some, { at, cut, put }) => {
      const start = at % (some.length + 1);
      return Uint8Array.from([...some.subarray(0, start), ...put, ...some.subarray(start + cut)]);
    }, before),
  );
}
