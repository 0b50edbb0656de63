import { MAX_TEXT_STRING_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { copyFields, NAME_LAYOUTS } from './name-layouts.ts';
import type { AddressData, DnsRecordData, NameData, ServiceData, TextData, UnknownData } from './record.ts';
import { readServiceBinding, writeServiceBinding } from './service-binding.ts';

type KnownData = Exclude<DnsRecordData, UnknownData>;

/** How the data of one type is read and written. The reader ends where the data ends. */
interface DataCodec<Data extends KnownData> {
  readonly typeNumber: number;
  read(reader: MessageReader): Data;
  write(writer: MessageWriter, data: Data): void;
}

function address(type: AddressData['type'], typeNumber: number, length: number): DataCodec<AddressData> {
  return {
    typeNumber,
    read: (reader) => ({ type, address: reader.copy(length) }),
    write: (writer, data) => {
      if (data.address.length !== length) throw writer.refuse('wrong address length');
      writer.bytes(data.address);
    },
  };
}

function otherName(type: NameData['type'], typeNumber: number): DataCodec<NameData> {
  return {
    typeNumber,
    read: (reader) => ({ type, target: reader.name() }),
    write: (writer, { target }) => {
      writer.name(target);
    },
  };
}

function text(type: TextData['type'], typeNumber: number): DataCodec<TextData> {
  return {
    typeNumber,
    read: (reader) => {
      const strings: Uint8Array[] = [];
      while (reader.left > 0) strings.push(reader.copy(reader.uint8()));
      return { type, strings };
    },
    write: (writer, { strings }) => {
      if (strings.length === 0) throw writer.refuse('no strings');
      for (const string of strings) {
        if (string.length > MAX_TEXT_STRING_BYTES) throw writer.refuse('string too long');
        writer.uint8(string.length).bytes(string);
      }
    },
  };
}

function service(type: ServiceData['type'], typeNumber: number): DataCodec<ServiceData> {
  return {
    typeNumber,
    read: (reader) => ({ type, ...readServiceBinding(reader) }),
    write: writeServiceBinding,
  };
}

/** The types that are looked into, with their numbers. */
const DATA_CODECS: Readonly<Record<KnownData['type'], DataCodec<KnownData>>> = {
  A: address('A', 1, 4),
  NS: otherName('NS', 2),
  CNAME: otherName('CNAME', 5),
  TXT: text('TXT', 16),
  AAAA: address('AAAA', 28, 16),
  SVCB: service('SVCB', 64),
  HTTPS: service('HTTPS', 65),
};

const CODEC_BY_NUMBER: ReadonlyMap<number, DataCodec<KnownData>> = new Map(
  Object.values(DATA_CODECS).map((codec) => [codec.typeNumber, codec]),
);

/** The number of the type of some data. */
export function typeNumberOf(data: DnsRecordData): number {
  return data.type === 'unknown' ? data.typeNumber : DATA_CODECS[data.type].typeNumber;
}

/**
 * Reads the data of a record, which ends where the part being read ends. No data at all is kept as such, whatever the type.
 *
 * @throws DISCOVERY_BAD_MESSAGE
 */
export function readRecordData(typeNumber: number, reader: MessageReader): DnsRecordData {
  const codec = reader.left === 0 ? undefined : CODEC_BY_NUMBER.get(typeNumber);
  if (codec === undefined) return { type: 'unknown', typeNumber, bytes: readUnknown(typeNumber, reader) };
  return codec.read(reader);
}

/** @throws DISCOVERY_BAD_RECORD */
export function writeRecordData(writer: MessageWriter, data: DnsRecordData): void {
  if (data.type === 'unknown') writeUnknown(writer, data);
  else DATA_CODECS[data.type].write(writer, data);
}

function readUnknown(typeNumber: number, reader: MessageReader): Uint8Array {
  const layout = reader.left === 0 ? undefined : NAME_LAYOUTS.get(typeNumber);
  if (layout === undefined) return reader.copy(reader.left);
  const copy = new MessageWriter();
  copyFields(layout.fields, reader, {
    bytes: (bytes) => copy.bytes(bytes),
    name: (name) => copy.wholeName(name),
  });
  return copy.finish();
}

function writeUnknown(writer: MessageWriter, { typeNumber, bytes }: UnknownData): void {
  if (bytes.length === 0) return;
  // It would be read as something else than was written.
  if (CODEC_BY_NUMBER.has(typeNumber)) throw writer.refuse('known type given as unknown');
  const layout = NAME_LAYOUTS.get(typeNumber);
  if (layout === undefined) {
    writer.bytes(bytes);
    return;
  }
  const reader = new MessageReader(bytes, { pointers: 'refused' });
  try {
    copyFields(layout.fields, reader, {
      bytes: (part) => writer.bytes(part),
      name: (name) => (layout.compressed ? writer.name(name) : writer.wholeName(name)),
    });
  } catch (error) {
    if (!(error instanceof DiscoveryError) || error.code !== 'DISCOVERY_BAD_MESSAGE') throw error;
    throw writer.refuse('names in the data are malformed');
  }
}
