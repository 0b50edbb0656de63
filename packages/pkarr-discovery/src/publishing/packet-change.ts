import { hex } from '@pubky-paykit/primitives';
import { encodeDnsMessage } from '../dns/message.ts';
import type { DnsRecord } from '../dns/record.ts';
import { DiscoveryError } from '../errors.ts';

/** Which records of a packet are one's own, and what they shall be. Everything else in the packet is kept. */
export interface PacketChange {
  /** True for the records that are taken out. Must answer the same for equal records. */
  readonly replaces: (record: DnsRecord) => boolean;
  /** What is put in, each of which `replaces` is true for; none to take out only. */
  readonly records: readonly DnsRecord[];
  /**
   * Which of the other records make room where there is none otherwise: the smallest rank first, and no further in this order
   * than it takes. Undefined for those that never do. None by default. Must answer the same for equal records.
   */
  readonly givesWay?: (record: DnsRecord) => number | undefined;
}

/**
 * The records a packet has after a change. If there is no room even so, nobody gives way: it could not be published.
 *
 * @throws TypeError if the change would not find its own records again.
 */
export function applyChange(records: readonly DnsRecord[], change: PacketChange): DnsRecord[] {
  if (!change.records.every((record) => change.replaces(record))) {
    throw new TypeError('a change must replace the records it puts in');
  }
  const all = [...records.filter((record) => !change.replaces(record)), ...change.records];
  const { givesWay } = change;
  if (givesWay === undefined || fits(all)) return all;
  const leaving = all
    .flatMap((record) => {
      const rank = change.records.includes(record) ? undefined : givesWay(record);
      return rank === undefined ? [] : [{ record, rank }];
    })
    .sort((left, right) => left.rank - right.rank)
    .map(({ record }) => record);
  for (let count = 1; count <= leaving.length; count++) {
    const gone = leaving.slice(0, count);
    const rest = all.filter((record) => !gone.includes(record));
    if (fits(rest)) return rest;
  }
  return all;
}

/** Whether records fit a packet. */
function fits(records: readonly DnsRecord[]): boolean {
  try {
    encodeDnsMessage(records);
    return true;
  } catch (error) {
    if (isTooLarge(error)) return false;
    throw error;
  }
}

type TooLarge = Extract<DiscoveryError, { readonly code: 'DISCOVERY_PACKET_TOO_LARGE' }>;

/** Whether it was that records do not fit a packet. */
export function isTooLarge(error: unknown): error is TooLarge {
  return error instanceof DiscoveryError && error.code === 'DISCOVERY_PACKET_TOO_LARGE';
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
