import { CLASS_INTERNET } from '../constants.ts';

/** An IPv4 address: 4 bytes. */
export interface AddressData {
  readonly type: 'A' | 'AAAA';
  /** 4 bytes for `A`, 16 bytes for `AAAA`, in network order. */
  readonly address: Uint8Array;
}

/** Another name: the name server of a zone (`NS`), or what an alias stands for (`CNAME`). */
export interface NameData {
  readonly type: 'NS' | 'CNAME';
  /** Absolute, without a trailing dot. */
  readonly target: string;
}

/** Free text. @see RFC 1035 §3.3.14 */
export interface TextData {
  readonly type: 'TXT';
  /** One at least, each of 0 to 255 bytes. A longer text is split and joined again by its reader. */
  readonly strings: readonly Uint8Array[];
}

/** Where a service is. @see RFC 9460 §2 */
export interface ServiceData {
  readonly type: 'HTTPS' | 'SVCB';
  /** 0 to 65535. 0 is an alias; of others the smaller number is tried first. */
  readonly priority: number;
  /** Absolute, without a trailing dot; empty for the owner of the record itself. */
  readonly target: string;
  /** By key, 0 to 65535, in ascending order once decoded. Values are as on the wire. */
  readonly parameters: ReadonlyMap<number, Uint8Array>;
}

/**
 * Data of a type that is not looked into here, or of any type where there is none. Names in data of the types that may
 * hold compressed ones are written out, so that the bytes mean the same in every message.
 */
export interface UnknownData {
  readonly type: 'unknown';
  /** 0 to 65535. @see RFC 3597 */
  readonly typeNumber: number;
  readonly bytes: Uint8Array;
}

/** What a record says. */
export type DnsRecordData = AddressData | NameData | TextData | ServiceData | UnknownData;

/** One resource record of a packet. */
export interface DnsRecord {
  /**
   * The owner: absolute, without a trailing dot, in the case it was written in. A dot or backslash inside a label is
   * escaped with a backslash, a byte that is not printable ASCII as `\DDD` (RFC 1035 §5.1).
   */
  readonly name: string;
  /** Seconds, 0 to 2^32−1. */
  readonly ttl: number;
  /** 0 to 65535; that of the internet, 1, where it is missing. */
  readonly class?: number;
  readonly data: DnsRecordData;
}

/** The class of a record. */
export function recordClass(record: DnsRecord): number {
  return record.class ?? CLASS_INTERNET;
}
