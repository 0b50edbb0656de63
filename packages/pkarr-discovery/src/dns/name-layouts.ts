import type { MessageReader } from './message-reader.ts';

/** A stretch of record data: so many octets, a name, a string with its length, or all that is left. */
export type DataField = number | 'name' | 'string' | 'rest';

/** How the data of a type is laid out, as far as its names go. */
export interface NameLayout {
  readonly fields: readonly DataField[];
  /** Whether its names may be written as pointers: those of RFC 1035 only (RFC 3597 §4). */
  readonly compressed: boolean;
}

const NAME: NameLayout = { fields: ['name'], compressed: true };
const PREFERENCE_AND_NAME: readonly DataField[] = [2, 'name'];

/**
 * The types, other than those with data of their own here, whose data may hold names that point elsewhere in the message.
 * Such data means something else in another message, so its names are written out when it is read. By type number.
 *
 * @see RFC 3597 §4
 */
export const NAME_LAYOUTS: ReadonlyMap<number, NameLayout> = new Map<number, NameLayout>([
  [3, NAME], // MD
  [4, NAME], // MF
  [6, { fields: ['name', 'name', 20], compressed: true }], // SOA
  [7, NAME], // MB
  [8, NAME], // MG
  [9, NAME], // MR
  [12, NAME], // PTR
  [14, { fields: ['name', 'name'], compressed: true }], // MINFO
  [15, { fields: PREFERENCE_AND_NAME, compressed: true }], // MX
  [17, { fields: ['name', 'name'], compressed: false }], // RP
  [18, { fields: PREFERENCE_AND_NAME, compressed: false }], // AFSDB
  [21, { fields: PREFERENCE_AND_NAME, compressed: false }], // RT
  [23, { fields: ['name'], compressed: false }], // NSAP-PTR
  [24, { fields: [18, 'name', 'rest'], compressed: false }], // SIG
  [26, { fields: [2, 'name', 'name'], compressed: false }], // PX
  [30, { fields: ['name', 'rest'], compressed: false }], // NXT
  [33, { fields: [6, 'name'], compressed: false }], // SRV
  [35, { fields: [4, 'string', 'string', 'string', 'name'], compressed: false }], // NAPTR
  [36, { fields: PREFERENCE_AND_NAME, compressed: false }], // KX
  [39, { fields: ['name'], compressed: false }], // DNAME
  [46, { fields: [18, 'name', 'rest'], compressed: false }], // RRSIG
  [47, { fields: ['name', 'rest'], compressed: false }], // NSEC
]);

/** What takes the stretches of {@link copyFields}. */
export interface FieldSink {
  bytes(bytes: Uint8Array): unknown;
  name(text: string): unknown;
}

/** Hands each stretch of some record data on, and checks that there is nothing behind the last. @throws DISCOVERY_BAD_MESSAGE */
export function copyFields(fields: readonly DataField[], reader: MessageReader, sink: FieldSink): void {
  for (const field of fields) {
    if (field === 'name') sink.name(reader.name());
    else if (field === 'rest') sink.bytes(reader.bytes(reader.left));
    else if (typeof field === 'number') sink.bytes(reader.bytes(field));
    else {
      const length = reader.uint8();
      sink.bytes(Uint8Array.of(length));
      sink.bytes(reader.bytes(length));
    }
  }
  reader.finish();
}
