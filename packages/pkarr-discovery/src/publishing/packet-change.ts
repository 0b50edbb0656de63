import { hex } from '@pubky-paykit/primitives';
import { encodeDnsMessage } from '../dns/message.ts';
import type { DnsRecord } from '../dns/record.ts';

/** Which records of a packet are one's own, and what they shall be. Everything else in the packet is kept. */
export interface PacketChange {
  /** True for the records that are taken out. Must answer the same for equal records. */
  readonly replaces: (record: DnsRecord) => boolean;
  /** What is put in, each of which `replaces` is true for; none to take out only. */
  readonly records: readonly DnsRecord[];
}

/** The records a packet has after a change. @throws TypeError if the change would not find its own records again. */
export function applyChange(records: readonly DnsRecord[], change: PacketChange): DnsRecord[] {
  if (!change.records.every((record) => change.replaces(record))) {
    throw new TypeError('a change must replace the records it puts in');
  }
  return [...records.filter((record) => !change.replaces(record)), ...change.records];
}

/** Whether two lists hold equal records, equally often, in whatever order. */
export function sameRecords(left: readonly DnsRecord[], right: readonly DnsRecord[]): boolean {
  if (left.length !== right.length) return false;
  const [first, second] = [left, right].map((records) => records.map(recordText).sort()) as [
    string[],
    string[],
  ];
  return first.every((text, index) => text === second[index]);
}

/** One text for equal records, on the wire. */
function recordText(record: DnsRecord): string {
  return hex.encode(encodeDnsMessage([record]));
}
