import { CLASS_INTERNET, MAX_DNS_MESSAGE_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { type DnsRecord, recordClass } from './record.ts';
import { readRecordData, typeNumberOf, writeRecordData } from './record-data.ts';

/** The header's second word of an answer without further flags (RFC 1035 §4.1.1). */
const RESPONSE_FLAGS = 0x8000;
/** The bit of it that must be zero. */
const RESERVED_FLAG = 0x0040;
/** Type and class of a question. */
const QUESTION_TAIL_BYTES = 4;

/**
 * Writes a DNS message that answers with `records`, in their order, with compressed names: what a signed packet holds.
 *
 * | offset | bytes | content |
 * | ------ | ----- | ------- |
 * | 0 | 2 | id, 0 |
 * | 2 | 2 | flags, 8000 |
 * | 4 | 2 | questions, 0 |
 * | 6 | 2 | answers |
 * | 8 | 4 | authority and additional records, 0 |
 * | 12 | | answers |
 *
 * @param records Borrowed.
 * @returns At most 1000 bytes, fresh.
 * @throws DISCOVERY_BAD_RECORD for a record that no message can hold, DISCOVERY_PACKET_TOO_LARGE.
 * @see RFC 1035 §4
 *
 * @example
 * ```ts
 * import { decodeDnsMessage, encodeDnsMessage } from '@pubky-paykit/pkarr-discovery';
 * const data = { type: 'A', address: Uint8Array.of(127, 0, 0, 1) } as const;
 * const message = encodeDnsMessage([{ name: 'example', ttl: 300, data }]); // 35 bytes
 * decodeDnsMessage(message)[0]?.name; // 'example'
 * ```
 */
export function encodeDnsMessage(records: readonly DnsRecord[]): Uint8Array {
  const writer = new MessageWriter();
  // A count beyond two octets belongs to a message beyond every packet.
  writer
    .uint16(0)
    .uint16(RESPONSE_FLAGS)
    .uint16(0)
    .uint16(records.length & 0xffff)
    .uint32(0);
  for (const record of records) writeRecord(writer, record);
  if (writer.length > MAX_DNS_MESSAGE_BYTES) {
    const space = { length: writer.length, maximum: MAX_DNS_MESSAGE_BYTES, records: records.length };
    throw new DiscoveryError('DISCOVERY_PACKET_TOO_LARGE', space);
  }
  return writer.finish();
}

/**
 * Reads the answers of a DNS message; compressed names are followed. As tolerant as the Rust implementation: id, flags and
 * codes of the header mean nothing, questions, authority and additional records must be well-formed and are left out. As
 * strict about the rest: nothing may be truncated, nothing may follow, and one bit of the header is reserved.
 *
 * @param message At most 1000 bytes; borrowed. The records share no memory with it: their bytes are views of a copy.
 * @param options.owned Leaves out the copy: the bytes of the records are views of `message`, which nobody may change any
 *   more.
 * @throws DISCOVERY_BAD_MESSAGE
 * @see RFC 1035 §4
 *
 * @example
 * ```ts
 * import { decodeDnsMessage } from '@pubky-paykit/pkarr-discovery';
 * decodeDnsMessage(Uint8Array.of(0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0)); // []
 * ```
 */
export function decodeDnsMessage(
  message: Uint8Array,
  options: { readonly owned?: boolean } = {},
): DnsRecord[] {
  if (message.length > MAX_DNS_MESSAGE_BYTES) {
    throw new DiscoveryError('DISCOVERY_BAD_MESSAGE', { problem: 'too long', offset: MAX_DNS_MESSAGE_BYTES });
  }
  const reader = new MessageReader(message, options);
  reader.uint16();
  if ((reader.uint16() & RESERVED_FLAG) !== 0) throw reader.refuse('reserved header bit');
  const [questions, answers, authority, additional] = [
    reader.uint16(),
    reader.uint16(),
    reader.uint16(),
    reader.uint16(),
  ];
  for (let left = questions; left > 0; left--) {
    reader.name();
    reader.bytes(QUESTION_TAIL_BYTES);
  }
  // Counts are only believed as far as there are bytes.
  const records = readRecords(reader, answers);
  readRecords(reader, authority);
  readRecords(reader, additional);
  reader.finish();
  return records;
}

function writeRecord(writer: MessageWriter, record: DnsRecord): void {
  writer.begin(record.name).name(record.name);
  writer.uint16(typeNumberOf(record.data)).uint16(recordClass(record)).uint32(record.ttl);
  writer.sized(() => writeRecordData(writer, record.data));
}

function readRecords(reader: MessageReader, count: number): DnsRecord[] {
  const records: DnsRecord[] = [];
  for (let left = count; left > 0; left--) records.push(readRecord(reader));
  return records;
}

function readRecord(reader: MessageReader): DnsRecord {
  const name = reader.name();
  const typeNumber = reader.uint16();
  const recordClassNumber = reader.uint16();
  const ttl = reader.uint32();
  const data = reader.part(reader.uint16(), () => readRecordData(typeNumber, reader));
  // The usual class goes without saying.
  return recordClassNumber === CLASS_INTERNET
    ? { name, ttl, data }
    : { name, ttl, class: recordClassNumber, data };
}
